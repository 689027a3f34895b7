import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { Waits } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { Memberships } from './memberships.js';

/** A message that was skipped, and what it had waited for. */
export interface Skipped {
  readonly key: string;
  readonly message: OutgoingMessage;
  readonly waits: Waits;
}

/** What was skipped, kept as long as its result says so: it may be brought back. */
export class SkippedMessages {
  readonly #kept = new Map<string, { readonly skipped: Skipped; readonly expiry: Due<string> | undefined }>();
  readonly #waiters = new Memberships(() => {});
  readonly #expiries = new DueQueue<string>();

  constructor(private readonly clock: Clock) {}

  keep(skipped: Skipped): void {
    this.#forgetExpired();
    const ttl = skipped.waits.result?.ttl ?? null;
    const expiry = ttl === null ? undefined : this.#expiries.add(skipped.key, this.clock.now() + ttl);
    this.#kept.set(skipped.key, { skipped, expiry });
    for (const { bucketId } of skipped.waits.on) this.#waiters.join(bucketId, skipped.key);
  }

  /** Takes out those that had waited for the bucket. */
  takeWaitersOf(bucketId: string): Skipped[] {
    this.#forgetExpired();
    return this.#waiters.of(bucketId).flatMap((key) => this.#take(key) ?? []);
  }

  #take(key: string): Skipped | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    if (kept.expiry) this.#expiries.remove(kept.expiry);
    this.#kept.delete(key);
    for (const { bucketId } of kept.skipped.waits.on) this.#waiters.leave(bucketId, key);
    return kept.skipped;
  }

  #forgetExpired(): void {
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) this.#take(due.item);
  }
}
