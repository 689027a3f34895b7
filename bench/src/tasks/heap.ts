import type { Place, Subject } from '../subjects/subject.js';
import { Tally } from './tally.js';
import { until } from './until.js';

/** How long the worker may take to get from one mark to the next, in milliseconds. */
const PATIENCE = 120_000;

/** After how many jobs to look. */
export interface HeapOrder {
  readonly place: Place;
  readonly marks: readonly number[];
}

/** Bytes of the heap that are in use after so many jobs, garbage collected, while the worker goes on. */
export async function heap(subject: Subject, { place, marks }: HeapOrder): Promise<readonly number[]> {
  const tally = new Tally();
  const worker = await subject.work(place, tally.handlerFor(place.variant));
  const used: number[] = [];
  for (const mark of marks) {
    await until(() => worker.settled() >= mark, PATIENCE);
    if (worker.settled() < mark) throw new Error(`Of ${mark} jobs only ${worker.settled()} ended.`);
    used.push(heapInUse());
  }
  await worker.close();
  tally.check();
  return used;
}

function heapInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
