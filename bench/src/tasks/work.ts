import { setImmediate } from 'node:timers/promises';
import { chainMethod, subject } from '../processes/subject.js';
import type { QueueSettings, RunningWorker } from '../subjects/subject.js';
import { StepTally, Tally, TimedTally } from './tally.js';
import { machineTime, startTimer, until } from './timing.js';

/** How long jobs may take, in milliseconds: less than a task may. */
const TIMEOUT = 120_000;

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
  /** In milliseconds. If omitted, all expected jobs must be settled. */
  readonly maxDuration?: number;
  /** The earliest start, on the machine's clock, so that several workers share the window. */
  readonly notBefore?: number;
}

let worker: RunningWorker;
let tally: Tally;

/** Starts the worker. */
export async function begin(settings: QueueSettings): Promise<void> {
  const { variant, chains } = settings;
  tally = chains ? new StepTally(chains.size) : new Tally(variant === 'result');
  worker = await (chains ? chainMethod(chains.method) : subject).work(settings, tally);
}

/** Starts the worker, and notes when each job is handled. */
export async function listen(settings: QueueSettings): Promise<void> {
  tally = new TimedTally();
  worker = await subject.work(settings, tally);
}

/** Closes the worker. @throws Error if a job was handled more than once, or had wrong values */
export async function end(): Promise<void> {
  await worker.close();
  tally.check();
}

/** Starts the worker, measures from the first job until all expected jobs are settled or the window is over, and closes it. */
export async function drain(settings: QueueSettings, { expected, maxDuration, notBefore }: Window): Promise<Work> {
  await begin(settings);
  await tally.begun;
  if (notBefore !== undefined) await until(() => machineTime() >= notBefore, TIMEOUT);
  const before = notBefore === undefined ? 0 : worker.settled();
  const elapsed = startTimer();
  if (maxDuration === undefined) await settle(expected);
  else await until(() => worker.settled() >= expected, maxDuration, expected <= FEW ? setImmediate : undefined);
  const measured = { ...elapsed(), jobs: worker.settled() - before };
  await end();
  return { ...measured, total: tally.handled };
}

/**
 * Waits until jobs are settled by the worker. Returns when they were, and the CPU seconds meanwhile.
 * @throws Error if that takes too long
 */
export async function settle(count: number): Promise<{ endedAt: number; cpuSeconds: number }> {
  const elapsed = startTimer();
  await until(() => worker.settled() >= count, TIMEOUT);
  if (worker.settled() < count) throw new Error(`Only ${worker.settled()} of ${count} jobs ended in ${TIMEOUT} ms.`);
  return { endedAt: machineTime(), cpuSeconds: elapsed().cpuSeconds };
}

/** Returns when each job was handled, by id, on the machine's clock. Only after `listen`. */
export async function handledAt(): Promise<readonly number[]> {
  return (tally as TimedTally).times;
}

/** Returns the heap size after a garbage collection, while the worker continues. */
export async function heapUsed(): Promise<number> {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
