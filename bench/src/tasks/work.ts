import { setImmediate } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import type { QueueSettings, RunningWorker, Subject } from '../subjects/subject.js';
import { reply } from '../processes/reply.js';
import { ArrivalTally, Tally } from './tally.js';
import { machineTime, startTimer, until } from './timing.js';

/** How long the first job, or all jobs where they are few, may take, in milliseconds. */
const TIMEOUT = 20_000;

/** How long the jobs between two looks at the heap may take, in milliseconds. */
const HEAP_TIMEOUT = 120_000;

/** Jobs that are settled within some milliseconds, so that the end of the window is watched without pauses. */
const FEW = 1_000;

/** What a task of a producer or worker has done. */
export interface Work {
  /** Jobs that were sent or settled within the window that is measured. */
  readonly jobs: number;
  /** Jobs that were sent or handled in all. */
  readonly total: number;
  /** The window, and the CPU seconds of the process in it. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface DrainOrder {
  /** The window ends when so many jobs are settled, */
  readonly expected: number;
  /** or after so many milliseconds. */
  readonly maxDuration: number;
  /** The window does not start before this time of the machine's clock, so that several workers share it. */
  readonly notBefore?: number;
}

/** Works from the first job handled until all that are expected are settled, or until the window is over. */
export async function drain(subject: Subject, settings: QueueSettings, order: DrainOrder): Promise<Work> {
  const tally = new Tally(settings.variant);
  const worker = await subject.work(settings, tally);
  await pTimeout(tally.begun, { milliseconds: TIMEOUT, message: `No job was handled within ${TIMEOUT} ms.` });
  const window = await measureWindow(worker, order);
  await worker.close();
  tally.check();
  return { ...window, total: tally.handled };
}

async function measureWindow(worker: RunningWorker, { expected, maxDuration, notBefore }: DrainOrder) {
  if (notBefore !== undefined) await until(() => machineTime() >= notBefore, TIMEOUT);
  const before = notBefore === undefined ? 0 : worker.settled();
  const elapsed = startTimer();
  await until(() => worker.settled() >= expected, maxDuration, expected <= FEW ? setImmediate : undefined);
  const times = elapsed();
  return { jobs: worker.settled() - before, ...times };
}

/** Returns when each job was handled, by id, on the machine's clock. */
export async function listen(subject: Subject, settings: QueueSettings, count: number): Promise<readonly number[]> {
  const tally = new ArrivalTally(settings.variant);
  const worker = await subject.work(settings, tally);
  reply('ready');
  await allSettled(worker, count, TIMEOUT);
  await worker.close();
  tally.check();
  return tally.times;
}

/** Returns the bytes of the heap in use after so many jobs, garbage collected, while the worker goes on. */
export async function heap(subject: Subject, settings: QueueSettings, counts: readonly number[]): Promise<number[]> {
  const tally = new Tally(settings.variant);
  const worker = await subject.work(settings, tally);
  const used: number[] = [];
  for (const count of counts) {
    await allSettled(worker, count, HEAP_TIMEOUT);
    globalThis.gc?.();
    used.push(process.memoryUsage().heapUsed);
  }
  await worker.close();
  tally.check();
  return used;
}

/** @throws Error where they are not settled in time */
export async function allSettled(worker: RunningWorker, count: number, timeout: number): Promise<void> {
  await until(() => worker.settled() >= count, timeout);
  if (worker.settled() < count) throw new Error(`Only ${worker.settled()} of ${count} jobs ended in ${timeout} ms.`);
}
