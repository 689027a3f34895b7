import { CHAIN_LENGTH, type Link, type Message } from '../payload.js';
import type { Handler } from '../subjects/subject.js';
import { machineTime } from './timing.js';

/** Ids of jobs are smaller than this. */
const MAX_JOBS = 1_100_000;

/** One for all tallies, so that runs cost no memory. */
const SEEN = new Uint8Array(MAX_JOBS);

/** Counts the jobs that a worker handles, and detects duplicates. */
export class Tally implements Handler {
  handled = 0;
  /** Resolves when the first job is handled. */
  readonly begun: Promise<void>;
  private begin!: () => void;
  private readonly seen = SEEN.fill(0);
  private repeated = 0;

  /** @param storesResults whether jobs return something small */
  constructor(private readonly storesResults = false) {
    this.begun = new Promise((resolve) => (this.begin = resolve));
  }

  handle({ id }: Message, _add?: (next: Message) => unknown): unknown {
    if (this.handled === 0) this.begin();
    this.handled += 1;
    if (this.seen[id] !== 0) this.repeated += 1;
    this.seen[id] = 1;
    return this.storesResults ? { id } : undefined;
  }

  /** @throws Error if a job was handled more than once */
  check(): void {
    if (this.repeated > 0) throw new Error(`${this.repeated} of ${this.handled} jobs were handled more than once.`);
  }
}

/** Notes when each job was handled, by id, on the machine's clock. */
export class TimedTally extends Tally {
  readonly times: number[] = [];

  override handle(message: Message): unknown {
    this.times[message.id] = machineTime();
    return super.handle(message);
  }
}

/** The first id of the jobs that collect the parts of fan-ins. */
const GATHER_IDS = 1_000_000;

/** Runs steps of chains, or parts of fan-ins, each as a job, and detects wrong values. */
export class StepTally extends Tally {
  private wrong = 0;

  /** @param size the number of parts of each fan-in */
  constructor(private readonly size = 0) {
    super();
  }

  override handle(link: Link, add?: (next: Message) => unknown): unknown {
    super.handle({ id: link.id * CHAIN_LENGTH + link.step });
    if (!isRight(link)) this.wrong += 1;
    const next = { id: link.id, step: link.step + 1, value: link.value + 1 };
    if (add === undefined) return next;
    return next.step === CHAIN_LENGTH ? undefined : add(next);
  }

  gather(links: readonly Link[]): void {
    const fan = Math.floor((links[0]?.id ?? 0) / this.size);
    super.handle({ id: GATHER_IDS + fan });
    const ids = links.filter((link) => isRight(link) && Math.floor(link.id / this.size) === fan).map(({ id }) => id);
    if (new Set(ids).size !== this.size) this.wrong += 1;
  }

  override check(): void {
    super.check();
    if (this.wrong > 0) throw new Error(`${this.wrong} of ${this.handled} jobs got wrong values.`);
  }
}

function isRight({ id, step, value }: Link): boolean {
  return value === id + step;
}
