import { machineTime } from '../clock.js';
import { CHAIN_LENGTH, fanLinks, firstLink } from '../links.js';
import type { Place, Subject } from '../subjects/subject.js';
import type { Starter } from '../subjects/way.js';
import { wayOf } from './way-of.js';
import { BULK } from './bulk.js';

/** Chains, or fans where there is a size. */
export interface ChainsOrder {
  readonly place: Place;
  readonly way: string;
  readonly count: number;
  /** Parts of each fan. */
  readonly size?: number;
}

/** Enqueues them in bulk. Answers the machine's time at which it began to. */
export async function startChains(subject: Subject, order: ChainsOrder): Promise<number> {
  const starter = await wayOf(subject, order.way).start(order.place);
  const start = machineTime();
  await (order.size === undefined ? startAll(starter, order.count) : fanAll(starter, order.count, order.size));
  await starter.close();
  return start;
}

async function startAll(starter: Starter, count: number): Promise<void> {
  for (const chains of batches(count, CHAIN_LENGTH)) await starter.chains(chains.map(firstLink));
}

async function fanAll(starter: Starter, count: number, size: number): Promise<void> {
  if (starter.fans === undefined) throw new Error('This way has no fans.');
  for (const fans of batches(count, size)) await starter.fans(fans.map((fan) => fanLinks(fan, size)));
}

/** The numbers below `count`, as many together as have about BULK jobs. */
function batches(count: number, jobsOfEach: number): number[][] {
  const together = Math.max(1, Math.floor(BULK / jobsOfEach));
  const starts = Array.from({ length: Math.ceil(count / together) }, (_, n) => n * together);
  return starts.map((start) => Array.from({ length: Math.min(together, count - start) }, (_, n) => start + n));
}
