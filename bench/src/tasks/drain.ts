import { machineTime } from '../clock.js';
import type { Place, Subject } from '../subjects/subject.js';
import { cpuSecondsSince } from './cpu.js';
import { Tally } from './tally.js';
import { until, untilSharp } from './until.js';
import { within } from '../within.js';

/** How long the first job may take to come, in milliseconds. */
const PATIENCE = 20_000;

/** So few are settled within some milliseconds. */
const FEW = 1_000;

/** What a worker is to do. */
export interface DrainOrder {
  readonly place: Place;
  /** The window ends when so many are settled. */
  readonly expected: number;
  /** The window ends after so many milliseconds. */
  readonly longest: number;
  /** The window does not begin before this time of the machine's clock, so that several workers have it in common. */
  readonly notBefore?: number;
}

/** What it has done. The window is from the first job handed to the handler until all are settled, or until it is over. */
export interface Drained {
  readonly handled: number;
  readonly settled: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Works until everything expected is settled, or for as long as the window is. */
export async function drain(subject: Subject, order: DrainOrder): Promise<Drained> {
  const tally = new Tally();
  const worker = await subject.work(order.place, tally.handlerFor(order.place.variant));
  try {
    await within(PATIENCE, tally.begun, 'No job came to the worker');
    const measured = await measureWindow(worker.settled, order);
    await worker.close();
    tally.check();
    return { ...measured, handled: tally.handled };
  } catch (error) {
    void worker.close().catch(() => undefined);
    throw error;
  }
}

async function measureWindow(
  settled: () => number,
  { expected, longest, notBefore = 0 }: DrainOrder,
): Promise<Omit<Drained, 'handled'>> {
  await until(() => machineTime() >= notBefore, PATIENCE);
  const before = notBefore === 0 ? 0 : settled();
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  await (expected <= FEW ? untilSharp : until)(() => settled() >= expected, longest);
  const seconds = (performance.now() - start) / 1_000;
  return { settled: settled() - before, seconds, cpuSeconds: cpuSecondsSince(cpuBefore) };
}
