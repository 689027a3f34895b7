import { setImmediate } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import type { Message } from '../payload.js';
import { reply } from '../processes/reply.js';
import { subject } from '../processes/subject.js';
import type { QueueSettings, RunningWorker } from '../subjects/subject.js';
import { Tally } from './tally.js';
import { machineTime, startTimer, until } from './timing.js';

/** How long the first job, or all jobs if they are few, may take, in milliseconds. */
const TIMEOUT = 20_000;

/** How long the jobs between two measurements of the heap may take, in milliseconds. */
const HEAP_TIMEOUT = 120_000;

/** Jobs that are settled within some milliseconds. The end of the window is then checked without pauses. */
const FEW = 1_000;

/** The result of a task of a producer or worker. */
export interface Work {
  /** Jobs that were sent or settled within the measured window. */
  readonly jobs: number;
  /** All jobs that were sent or handled. */
  readonly total: number;
  /** The length of the window, and the CPU seconds of the process in it. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** The limits of a drain's measurement, and what it waits for. */
export interface Window {
  readonly expected: number;
  /** In milliseconds. */
  readonly maxDuration: number;
  /** The earliest start, on the machine's clock, so that several workers share the window. */
  readonly notBefore?: number;
}

/** Measures from the first handled job until all expected jobs are settled, or until the window is over. */
export async function drain(settings: QueueSettings, window: Window): Promise<Work> {
  const tally = new Tally(settings.variant === 'result');
  const measured = await withWorker(subject.work(settings, tally), tally, async (worker) => {
    await pTimeout(tally.begun, { milliseconds: TIMEOUT, message: `No job was handled within ${TIMEOUT} ms.` });
    return measureWindow(worker, window);
  });
  return { ...measured, total: tally.handled };
}

async function measureWindow(worker: RunningWorker, { expected, maxDuration, notBefore }: Window) {
  if (notBefore !== undefined) await until(() => machineTime() >= notBefore, TIMEOUT);
  const before = notBefore === undefined ? 0 : worker.settled();
  const elapsed = startTimer();
  await until(() => worker.settled() >= expected, maxDuration, expected <= FEW ? setImmediate : undefined);
  const times = elapsed();
  return { jobs: worker.settled() - before, ...times };
}

/** Returns when each of `count` jobs was handled, by id, on the machine's clock. */
export async function listen(settings: QueueSettings, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  const tally = new (class extends Tally {
    override handle(message: Message): unknown {
      times[message.id] = machineTime();
      return super.handle(message);
    }
  })();
  return withWorker(subject.work(settings, tally), tally, async (worker) => {
    reply('ready');
    await allSettled(worker, count, TIMEOUT);
    return times;
  });
}

/** Returns the heap size after each of these numbers of jobs and a garbage collection, while the worker continues. */
export async function heap(settings: QueueSettings, counts: readonly number[]): Promise<readonly number[]> {
  const tally = new Tally();
  return withWorker(subject.work(settings, tally), tally, async (worker) => {
    const used: number[] = [];
    for (const count of counts) {
      await allSettled(worker, count, HEAP_TIMEOUT);
      globalThis.gc?.();
      used.push(process.memoryUsage().heapUsed);
    }
    return used;
  });
}

/** Closes the worker after `use`. @throws Error if a job was handled more than once */
export async function withWorker<Result>(
  starting: Promise<RunningWorker>,
  tally: Tally,
  use: (worker: RunningWorker) => Promise<Result>,
): Promise<Result> {
  const worker = await starting;
  const result = await use(worker);
  await worker.close();
  tally.check();
  return result;
}

/** @throws Error if they are not settled in time */
export async function allSettled(worker: RunningWorker, count: number, timeout: number): Promise<void> {
  await until(() => worker.settled() >= count, timeout);
  if (worker.settled() < count) throw new Error(`Only ${worker.settled()} of ${count} jobs ended in ${timeout} ms.`);
}
