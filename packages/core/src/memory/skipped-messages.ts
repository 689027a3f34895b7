import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { Waits } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { type Entry, ownArgsOf } from './entry.js';
import { BucketReferences } from './bucket-references.js';

/** A skipped message, and what it waited for. */
export interface Skipped {
  readonly entry: Entry;
  readonly message: OutgoingMessage;
  readonly waits: Waits;
}

interface Kept {
  /** The bucket that caused the skip. */
  readonly bucketId: string;
  readonly expiry: Due<Skipped> | undefined;
}

/** Messages that were skipped because of a bucket. A replay can bring them back while their result says that they were skipped. */
export class SkippedMessages {
  readonly #kept = new Map<Skipped, Kept>();
  readonly #byJob = new Map<string, Skipped>();
  readonly #byBucket = new BucketReferences<Skipped>(() => {});
  readonly #expiries = new DueQueue<Skipped>();

  constructor(
    private readonly clock: Clock,
    /** Called for each message that is dropped without being brought back. */
    private readonly onDrop: (entry: Entry) => void,
  ) {}

  /** Keeps the message for `ttl` milliseconds, or for ever if null. Replaces an earlier one of the same job id. */
  keep(skipped: Skipped, bucketId: string, ttl: number | null): void {
    this.#forgetExpired();
    this.#replace(skipped);
    const expiry = ttl === null ? undefined : this.#expiries.add(skipped, this.clock.now() + ttl);
    this.#kept.set(skipped, { bucketId, expiry });
    this.#byBucket.add(bucketId, skipped);
  }

  /** The messages that were skipped because of this bucket. */
  of(bucketId: string): Skipped[] {
    this.#forgetExpired();
    return this.#byBucket.of(bucketId);
  }

  /** Removes these messages: they are restored. */
  remove(restored: readonly Skipped[]): void {
    for (const skipped of restored) this.#forget(skipped);
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
    this.#byBucket.remove(kept.bucketId, skipped);
    if (skipped.entry.jobId !== undefined) this.#byJob.delete(skipped.entry.jobId);
  }
}
