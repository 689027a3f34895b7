import { CHAIN_LENGTH, firstLink, nextLink, range, type Link } from '../payload.js';
import { reply } from '../processes/reply.js';
import { subject } from '../processes/subject.js';
import { byHand } from '../subjects/by-hand.js';
import type { ChainMethod, QueueSettings, Steps } from '../subjects/subject.js';
import { BULK } from './produce.js';
import { Tally } from './tally.js';
import { machineTime, startTimer } from './timing.js';
import { allSettled, withWorker } from './work.js';

/** How long all jobs may take, in milliseconds. */
const TIMEOUT = 40_000;

/** Chains, or fan-ins if a size is given. */
export interface Chains {
  /** `by hand`, or a method of the subject. */
  readonly method: string;
  readonly count: number;
  /** The number of parts of each fan-in. */
  readonly size?: number;
}

/** Enqueues them in bulk. Returns the machine's time at which it started to. */
export async function startChains(settings: QueueSettings, { method, count, size }: Chains): Promise<number> {
  const producer = await methodOf(method).start(settings);
  const start = machineTime();
  const batch = Math.max(1, Math.floor(BULK / (size ?? CHAIN_LENGTH)));
  for (let first = 0; first < count; first += batch) {
    const batchSize = Math.min(batch, count - first);
    await (size === undefined
      ? producer.chains(range(first, batchSize, firstLink))
      : producer.fans!(range(first, batchSize, (fan) => range(fan * size, size, firstLink))));
  }
  await producer.close();
  return start;
}

/** Works until all chains have ended. @throws Error if a job gets wrong values */
export async function runChains(settings: QueueSettings, { method, count, size }: Chains) {
  const tally = new StepTally(count, size);
  const jobs = count * (size === undefined ? CHAIN_LENGTH : size + 1);
  return withWorker(methodOf(method).work(settings, tally), tally, async (worker) => {
    const elapsed = startTimer();
    reply('ready');
    await allSettled(worker, jobs, TIMEOUT);
    return { jobs, endedAt: machineTime(), cpuSeconds: elapsed().cpuSeconds };
  });
}

function methodOf(name: string): ChainMethod {
  const method = name === 'by hand' ? byHand(subject) : subject.chainMethods?.[name];
  if (method === undefined) throw new RangeError(`The subject has no chain method "${name}".`);
  return method;
}

/** Runs steps, each as a job, and detects wrong values. */
class StepTally extends Tally implements Steps {
  private wrong = 0;

  constructor(
    private readonly count: number,
    private readonly size = 0,
  ) {
    super();
  }

  readonly next = (link: Link): Link => {
    this.handle({ id: link.id * CHAIN_LENGTH + link.step });
    if (!isRight(link)) this.wrong += 1;
    return nextLink(link);
  };

  readonly gather = (links: readonly Link[]): void => {
    const fan = Math.floor((links[0]?.id ?? 0) / this.size);
    this.handle({ id: this.count * this.size * CHAIN_LENGTH + fan });
    const parts = new Set(
      links.filter((link) => isRight(link) && Math.floor(link.id / this.size) === fan).map(({ id }) => id),
    );
    if (parts.size !== this.size) this.wrong += 1;
  };

  override check(): void {
    super.check();
    if (this.wrong > 0) throw new Error(`${this.wrong} of ${this.handled} jobs got wrong values.`);
  }
}

function isRight({ id, step, value }: Link): boolean {
  return value === id + step;
}
