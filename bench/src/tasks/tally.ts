import type { Message } from '../payload.js';
import type { Handler, Variant } from '../subjects/subject.js';
import { machineTime } from './timing.js';

/** Counts the jobs that a worker handles, and recognizes those that it has handled before. */
export class Tally implements Handler {
  handled = 0;
  private seen = new Uint8Array(1 << 16);
  private repeated = 0;
  private begin!: () => void;
  /** Resolves when the first job is handled. */
  readonly begun = new Promise<void>((resolve) => (this.begin = resolve));

  constructor(private readonly variant: Variant) {}

  /** Returns something small where results are stored. */
  handle({ id }: Message): { readonly id: number } | undefined {
    if (this.handled === 0) this.begin();
    this.handled += 1;
    if (id >= this.seen.length) this.grow(id);
    this.repeated += this.seen[id]!;
    this.seen[id] = 1;
    return this.variant === 'result' ? { id } : undefined;
  }

  /** @throws Error where a job was handled more than once */
  check(): void {
    if (this.repeated > 0) throw new Error(`${this.repeated} of ${this.handled} jobs were handled more than once.`);
  }

  private grow(id: number): void {
    const larger = new Uint8Array(Math.max(id + 1, this.seen.length * 2));
    larger.set(this.seen);
    this.seen = larger;
  }
}

/** Also notes when each job was handled, by id, on the machine's clock. */
export class ArrivalTally extends Tally {
  readonly times: number[] = [];

  override handle(message: Message): { readonly id: number } | undefined {
    this.times[message.id] = machineTime();
    return super.handle(message);
  }
}
