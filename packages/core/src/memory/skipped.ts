import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import type { Waits } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { Memberships } from './memberships.js';

/** A message that was skipped, and what it had waited for. */
export interface Skipped {
  readonly message: OutgoingMessage;
  readonly waits: Waits;
}

/** What was skipped, kept as long as its result says so: it may be brought back. */
export class SkippedMessages {
  readonly #expiryOf = new Map<Skipped, Due<Skipped> | undefined>();
  readonly #waiters = new Memberships<Skipped>(() => {});
  readonly #expiries = new DueQueue<Skipped>();

  constructor(private readonly clock: Clock) {}

  keep(skipped: Skipped): void {
    this.#forgetExpired();
    const ttl = skipped.waits.result?.ttl ?? null;
    const expiry = ttl === null ? undefined : this.#expiries.add(skipped, this.clock.now() + ttl);
    this.#expiryOf.set(skipped, expiry);
    for (const { bucketId } of skipped.waits.on) this.#waiters.join(bucketId, skipped);
  }

  /** Takes out those that had waited for the bucket. */
  takeWaitersOf(bucketId: string): Skipped[] {
    this.#forgetExpired();
    const waiters = this.#waiters.of(bucketId);
    for (const skipped of waiters) this.#drop(skipped);
    return waiters;
  }

  #drop(skipped: Skipped): void {
    const expiry = this.#expiryOf.get(skipped);
    if (expiry) this.#expiries.remove(expiry);
    this.#expiryOf.delete(skipped);
    for (const { bucketId } of skipped.waits.on) this.#waiters.leave(bucketId, skipped);
  }

  #forgetExpired(): void {
    const now = this.clock.now();
    for (let due = this.#expiries.takeDue(now); due; due = this.#expiries.takeDue(now)) this.#drop(due.item);
  }
}
