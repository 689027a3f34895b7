import { CHAIN_LENGTH, fanLinks, firstLink, isEnd, nextLink, sumOfLinks, type Link } from '../payload.js';
import { byHand } from '../subjects/by-hand.js';
import type { ChainMethod, QueueSettings, Steps, Subject } from '../subjects/subject.js';
import { BULK } from './produce.js';
import { reply } from '../processes/reply.js';
import { machineTime, startTimer } from './timing.js';
import { allSettled } from './work.js';

/** How long all jobs may take, in milliseconds. */
const TIMEOUT = 40_000;

/** Chains, or fans where there is a size. */
export interface ChainsOrder {
  /** `by hand`, or one of the subject's own. */
  readonly method: string;
  readonly count: number;
  /** Parts of each fan. */
  readonly size?: number;
}

/** Enqueues them in bulk. Returns the machine's time at which it started to. */
export async function startChains(subject: Subject, settings: QueueSettings, { method, count, size }: ChainsOrder) {
  const producer = await methodOf(subject, method).start(settings);
  const start = machineTime();
  for (const ids of batches(count, size ?? CHAIN_LENGTH)) {
    await (size === undefined
      ? producer.chains(ids.map(firstLink))
      : producer.fans!(ids.map((id) => fanLinks(id, size))));
  }
  await producer.close();
  return start;
}

/** Works until all of them have ended. @throws Error where one has a wrong result */
export async function runChains(subject: Subject, settings: QueueSettings, { method, count, size }: ChainsOrder) {
  const tally = new ChainTally();
  const jobs = count * (size === undefined ? CHAIN_LENGTH : size + 1);
  const worker = await methodOf(subject, method).work(settings, tally);
  const elapsed = startTimer();
  reply('ready');
  await allSettled(worker, jobs, TIMEOUT);
  const result = { jobs, endedAt: machineTime(), cpuSeconds: elapsed().cpuSeconds };
  await worker.close();
  tally.check(count, size);
  return result;
}

function methodOf(subject: Subject, name: string): ChainMethod {
  const method = name === 'by hand' ? byHand(subject) : subject.chainMethods?.[name];
  if (method === undefined) throw new RangeError(`The subject has no chain method "${name}".`);
  return method;
}

/** The ids below `count`, in batches of about BULK jobs. */
function batches(count: number, jobsOfEach: number): number[][] {
  const size = Math.max(1, Math.floor(BULK / jobsOfEach));
  const ids = Array.from({ length: count }, (_, id) => id);
  return ids.filter((id) => id % size === 0).map((start) => ids.slice(start, start + size));
}

/** Runs steps, and notes the result of each chain or fan. */
class ChainTally implements Steps {
  handled = 0;
  private readonly results = new Map<number, number>();
  private repeated = 0;

  readonly next = (link: Link): Link => {
    this.handled += 1;
    const next = nextLink(link);
    if (isEnd(next)) this.end(next.id, next.value);
    return next;
  };

  readonly gather = (links: readonly Link[]): void => {
    this.handled += 1;
    this.end(links[0]?.id ?? -1, sumOfLinks(links));
  };

  /** @throws Error where a chain or fan did not end with the right result, once */
  check(count: number, size?: number): void {
    const wrong = [...this.results].filter(([id, value]) => id < 0 || value !== expectedResult(id, size)).length;
    if (this.results.size === count && wrong + this.repeated === 0) return;
    const ended = `Of ${count} chains ${this.results.size} ended`;
    throw new Error(`${ended}: ${wrong} with a wrong result, ${this.repeated} more than once.`);
  }

  private end(id: number, value: number): void {
    if (this.results.has(id)) this.repeated += 1;
    this.results.set(id, value);
  }
}

function expectedResult(id: number, size?: number): number {
  if (size !== undefined) return sumOfLinks(fanLinks(id, size).map(nextLink));
  let link = firstLink(id);
  while (!isEnd(link)) link = nextLink(link);
  return link.value;
}
