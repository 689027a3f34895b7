import type { WaitOptions } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import { bucketTimeout } from '../errors/index.js';

interface Waiter {
  readonly resolve: (body: string) => void;
  readonly reject: (problem: unknown) => void;
}

/** Callers that wait for a bucket to be stored. */
export class BucketWaiters {
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(private readonly clock: Clock) {}

  /** Resolves with the body once it is stored. Rejects with TimeoutError, or with the signal's reason. */
  async wait(id: string, { timeout, signal }: WaitOptions): Promise<string> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = withResolvers<string>();
    const waiter: Waiter = { resolve, reject };
    const giveUp = (): void => reject(signal!.reason);
    const stopTimer = this.clock.schedule(() => reject(bucketTimeout(id, timeout)), timeout);
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#add(id, waiter);
    return promise.finally(() => {
      stopTimer();
      signal?.removeEventListener('abort', giveUp);
      this.#remove(id, waiter);
    });
  }

  /** Resolves all waits for this bucket. */
  resolve(id: string, body: string): void {
    for (const waiter of this.#waiting.get(id) ?? []) waiter.resolve(body);
  }

  /** Rejects all waits. */
  rejectAll(problem: Error): void {
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.reject(problem);
  }

  #add(id: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiters.add(waiter));
  }

  #remove(id: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(id);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(id);
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (problem: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (problem: unknown) => void;
  const promise = new Promise<T>((fulfil, refuse) => ([resolve, reject] = [fulfil, refuse]));
  return { promise, resolve, reject };
}
