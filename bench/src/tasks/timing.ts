import { setTimeout as sleep } from 'node:timers/promises';

/** When this process started, on the machine's clock. */
const START = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds on a monotonic clock that all processes of this machine share. */
export function machineTime(): number {
  return START + performance.now();
}

/** Returns a function that returns the time since, and the CPU seconds of this process since, in user and kernel. */
export function startTimer() {
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  return () => {
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  };
}

/** Resolves when the condition holds, or after `timeout` milliseconds. It checks every millisecond, or after each `pause`. */
export async function until(condition: () => boolean, timeout: number, pause: () => Promise<unknown> = () => sleep(1)) {
  const start = performance.now();
  while (!condition() && performance.now() - start < timeout) await pause();
}
