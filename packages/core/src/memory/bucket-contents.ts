import { type BucketRecord, bucketState } from '../bucket/bucket-broker.js';
import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { BucketState } from '../dependency/index.js';
import { BucketWaiters } from './bucket-waiters.js';

/** How the job behind a bucket has ended, and why; its name where it has failed or was skipped. */
export interface KeptState {
  readonly state: BucketState;
  readonly cause?: string;
  readonly jobName?: string;
}

/** Wants to know of buckets, and may need them for longer than they live. */
export interface BucketWatcher {
  /** True where the bucket is to be kept. */
  holds(bucketId: string): boolean;
  /** The bucket was stored. */
  stored(record: BucketRecord): void;
}

interface KeptBucket extends KeptState {
  readonly body: string;
  readonly ttl: number | null;
  expiry: Due<string> | undefined;
}

/** The buckets that a broker keeps. Every method is one synchronous act. */
export class BucketContents {
  readonly waiters: BucketWaiters;
  readonly #kept = new Map<string, KeptBucket>();
  readonly #expiries = new DueQueue<string>();
  readonly #watchers = new Set<BucketWatcher>();

  constructor(private readonly clock: Clock) {
    this.waiters = new BucketWaiters(clock);
  }

  /** How many it keeps, those not counted whose expiry was noticed. */
  get size(): number {
    return this.#kept.size;
  }

  /** Tells of what is stored from now on. */
  watch(watcher: BucketWatcher): void {
    this.#watchers.add(watcher);
  }

  get(id: string): string | undefined {
    return this.#find(id)?.body;
  }

  stateOf(id: string): KeptState | undefined {
    return this.#find(id);
  }

  /** Replaces what is there, and tells who waits for it. */
  store(record: BucketRecord): void {
    const { id, body, ttl, cause, jobName } = record;
    this.delete(id);
    this.#kept.set(id, { body, ttl, state: bucketState(record), cause, jobName, expiry: undefined });
    if (![...this.#watchers].some((watcher) => watcher.holds(id))) this.letGo(id);
    this.waiters.answer(id, body);
    for (const watcher of this.#watchers) watcher.stored(record);
  }

  /** Does not let it expire until `letGo()`. */
  keep(id: string): void {
    const kept = this.#find(id);
    if (!kept?.expiry) return;
    this.#expiries.remove(kept.expiry);
    kept.expiry = undefined;
  }

  /** Its time to live begins. */
  letGo(id: string): void {
    const kept = this.#kept.get(id);
    if (kept && kept.ttl !== null && !kept.expiry) kept.expiry = this.#expiries.add(id, this.clock.now() + kept.ttl);
  }

  /** Answers whether it was there. */
  delete(id: string): boolean {
    const expiry = this.#find(id)?.expiry;
    if (expiry) this.#expiries.remove(expiry);
    return this.#kept.delete(id);
  }

  /** At every access, so that expired buckets that nobody asks for are not kept for ever. */
  #find(id: string): KeptBucket | undefined {
    if (this.#expiries.size > 0) this.#forgetExpired();
    return this.#kept.get(id);
  }

  #forgetExpired(): void {
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) this.#kept.delete(due.item);
  }
}
