import { setTimeout as sleep } from 'node:timers/promises';
import type { Place, Subject } from '../subjects/subject.js';
import { cpuSecondsSince } from './cpu.js';
import { Tally } from './tally.js';
import { within } from '../within.js';

/** How long the first job may take to come, in milliseconds. */
const PATIENCE = 20_000;

/** How often the worker is asked how much is settled, in milliseconds. */
const LOOK_EVERY = 1;

/** What a worker is to do. */
export interface DrainOrder {
  readonly place: Place;
  /** The window ends when so many are settled. */
  readonly expected: number;
  /** The window ends after so many milliseconds. */
  readonly longest: number;
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
  { expected, longest }: DrainOrder,
): Promise<Omit<Drained, 'handled'>> {
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  while (settled() < expected && performance.now() - start < longest) await sleep(LOOK_EVERY);
  const seconds = (performance.now() - start) / 1_000;
  return { settled: settled(), seconds, cpuSeconds: cpuSecondsSince(cpuBefore) };
}
