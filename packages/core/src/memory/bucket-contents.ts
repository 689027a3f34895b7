import type { BucketRecord } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import { BucketWaiters } from './bucket-waiters.js';

interface KeptBucket {
  readonly body: string;
  readonly expiry: Due<string> | undefined;
}

/** The buckets that a broker keeps. Every method is one synchronous act. */
export class BucketContents {
  readonly waiters: BucketWaiters;
  readonly #kept = new Map<string, KeptBucket>();
  readonly #expiries = new DueQueue<string>();

  constructor(private readonly clock: Clock) {
    this.waiters = new BucketWaiters(clock);
  }

  /** How many it keeps, those not counted whose expiry was noticed. */
  get size(): number {
    return this.#kept.size;
  }

  get(id: string): string | undefined {
    this.#forgetExpired();
    return this.#kept.get(id)?.body;
  }

  /** Replaces what is there, and wakes who waits for it. */
  store({ id, body, ttl }: Pick<BucketRecord, 'id' | 'body' | 'ttl'>): void {
    this.delete(id);
    const expiry = ttl === null ? undefined : this.#expiries.add(id, this.clock.now() + ttl);
    this.#kept.set(id, { body, expiry });
    this.waiters.answer(id, body);
  }

  /** Answers whether it was there. */
  delete(id: string): boolean {
    this.#forgetExpired();
    const expiry = this.#kept.get(id)?.expiry;
    if (expiry) this.#expiries.remove(expiry);
    return this.#kept.delete(id);
  }

  /** At every access, so that expired buckets that nobody asks for are not kept for ever. */
  #forgetExpired(): void {
    if (this.#expiries.size === 0) return;
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) this.#kept.delete(due.item);
  }
}
