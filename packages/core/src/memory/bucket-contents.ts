import { type BucketRecord, bucketState } from '../bucket/bucket-broker.js';
import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { BucketState } from '../dependency/index.js';
import { BucketWaiters } from './bucket-waiters.js';

/** How the job behind a bucket ended, and why; its name if it failed or was skipped. */
export interface StoredState {
  readonly state: BucketState;
  readonly cause?: string;
  readonly jobName?: string;
}

/** Is notified of stored buckets, and may need them beyond their time to live. */
export interface BucketWatcher {
  /** True if the bucket must not expire. */
  needs(bucketId: string): boolean;
  /** Called when the bucket was stored. */
  stored(record: BucketRecord): void;
}

interface StoredBucket extends StoredState {
  readonly body: string;
  readonly ttl: number | null;
  expiry: Due<string> | undefined;
}

/** The buckets of a broker. Every method is synchronous and atomic. */
export class BucketContents {
  readonly waiters: BucketWaiters;
  readonly #buckets = new Map<string, StoredBucket>();
  readonly #expiries = new DueQueue<string>();
  readonly #watchers = new Set<BucketWatcher>();

  constructor(private readonly clock: Clock) {
    this.waiters = new BucketWaiters(clock);
  }

  /** How many buckets are stored, including expired ones that were not removed yet. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Notifies the watcher of every bucket that is stored from now on. */
  watch(watcher: BucketWatcher): void {
    this.#watchers.add(watcher);
  }

  get(id: string): string | undefined {
    return this.#find(id)?.body;
  }

  stateOf(id: string): StoredState | undefined {
    return this.#find(id);
  }

  /** Stores the bucket, replacing an earlier one, and notifies waiters and watchers. */
  store(record: BucketRecord): void {
    const { id, body, ttl, cause, jobName } = record;
    this.delete(id);
    this.#buckets.set(id, { body, ttl, state: bucketState(record), cause, jobName, expiry: undefined });
    if (![...this.#watchers].some((watcher) => watcher.needs(id))) this.release(id);
    this.waiters.resolve(id, body);
    for (const watcher of this.#watchers) watcher.stored(record);
  }

  /** Keeps the bucket from expiring until `release()`. */
  keep(id: string): void {
    const kept = this.#find(id);
    if (!kept?.expiry) return;
    this.#expiries.remove(kept.expiry);
    kept.expiry = undefined;
  }

  /** Starts the bucket's time to live. */
  release(id: string): void {
    const kept = this.#buckets.get(id);
    if (kept && kept.ttl !== null && !kept.expiry) kept.expiry = this.#expiries.add(id, this.clock.now() + kept.ttl);
  }

  /** Returns whether the bucket existed. */
  delete(id: string): boolean {
    const expiry = this.#find(id)?.expiry;
    if (expiry) this.#expiries.remove(expiry);
    return this.#buckets.delete(id);
  }

  /** Removes all expired buckets at every access, so that unread ones do not pile up. */
  #find(id: string): StoredBucket | undefined {
    if (this.#expiries.size > 0) this.#forgetExpired();
    return this.#buckets.get(id);
  }

  #forgetExpired(): void {
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) this.#buckets.delete(due.item);
  }
}
