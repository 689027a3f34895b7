import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { Waits } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { type Entry, ownArgsOf } from './entry.js';
import { Memberships } from './memberships.js';

/** A message that was skipped, and what it had waited for. */
export interface Skipped {
  readonly entry: Entry;
  readonly message: OutgoingMessage;
  readonly waits: Waits;
}

interface Kept {
  /** Because of which it was skipped. */
  readonly bucketId: string;
  readonly expiry: Due<Skipped> | undefined;
}

/** What was skipped because of a bucket, kept as long as its result says so: it may be brought back. */
export class SkippedMessages {
  readonly #kept = new Map<Skipped, Kept>();
  readonly #byJob = new Map<string, Skipped>();
  readonly #byBucket = new Memberships<Skipped>(() => {});
  readonly #expiries = new DueQueue<Skipped>();

  constructor(
    private readonly clock: Clock,
    /** Is told of each that is kept no more, and was not brought back. */
    private readonly onDrop: (entry: Entry) => void,
  ) {}

  /** Keeps it for so many milliseconds, or for ever; one of the same id that was kept before is forgotten. */
  keep(skipped: Skipped, bucketId: string, ttl: number | null): void {
    this.#forgetExpired();
    this.#replace(skipped);
    const expiry = ttl === null ? undefined : this.#expiries.add(skipped, this.clock.now() + ttl);
    this.#kept.set(skipped, { bucketId, expiry });
    this.#byBucket.join(bucketId, skipped);
  }

  /** Those that were skipped because of the bucket. */
  of(bucketId: string): Skipped[] {
    this.#forgetExpired();
    return this.#byBucket.of(bucketId);
  }

  /** They are brought back. */
  take(taken: readonly Skipped[]): void {
    for (const skipped of taken) this.#forget(skipped);
  }

  #replace(skipped: Skipped): void {
    const { jobId } = skipped.entry;
    if (jobId === undefined) return;
    const before = this.#byJob.get(jobId);
    if (before) this.#forget(before);
    if (before && ownArgsOf(before.entry) !== ownArgsOf(skipped.entry)) this.onDrop(before.entry);
    this.#byJob.set(jobId, skipped);
  }

  #forgetExpired(): void {
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) {
      this.#forget(due.item);
      this.onDrop(due.item.entry);
    }
  }

  #forget(skipped: Skipped): void {
    const kept = this.#kept.get(skipped);
    if (!kept) return;
    if (kept.expiry) this.#expiries.remove(kept.expiry);
    this.#kept.delete(skipped);
    this.#byBucket.leave(kept.bucketId, skipped);
    if (skipped.entry.jobId !== undefined) this.#byJob.delete(skipped.entry.jobId);
  }
}
