import { randomUUID } from 'node:crypto';
import { BrokerUnavailableError, type WaitOptions, bucketTimeout, scheduleTimer } from '@repid/core';
import { waitForBucketCall } from '../commands/buckets.js';
import type { Connection } from '../connection/connection.js';
import { isRefusedWith } from '../connection/problems.js';
import { RepeatingTimer } from '../connection/repeating-timer.js';
import type { Subscriber } from '../connection/subscriber.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';

/** One `wait()` in progress. */
interface Wait {
  readonly id: string;
  /** When it gives up, by the process' monotonic clock. */
  readonly deadline: number;
  readonly resolve: (body: string) => void;
  readonly reject: (problem: unknown) => void;
}

/**
 * The waits of this process. The process registers with each bucket that is not stored yet, and is notified over pub/sub. It also polls, so
 * a lost notification only delays a wait.
 */
export class Waits {
  private readonly client = randomUUID();
  private readonly waits = new Map<string, Set<Wait>>();
  private listening: Promise<unknown> | undefined;
  private readonly polling = new RepeatingTimer(LIMITS.waitInterval, () => this.poll());

  constructor(
    private readonly keys: Keys,
    private readonly commands: Connection,
    private readonly subscriber: Subscriber,
  ) {}

  /** Resolves with the body as soon as it is stored. */
  async wait(id: string, { timeout, signal }: WaitOptions): Promise<string> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + timeout;
      const wait: Wait = {
        id,
        deadline,
        resolve: (body) => this.end(wait, done, () => resolve(body)),
        reject: (problem) => this.end(wait, done, () => reject(problem)),
      };
      const cancelTimer = scheduleTimer(() => wait.reject(bucketTimeout(id, timeout)), timeout);
      const onAbort = (): void => wait.reject(signal!.reason);
      const done = (): void => {
        cancelTimer();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.begin(wait);
    });
  }

  /** Ends every wait with that problem. */
  close(problem: Error): void {
    for (const id of this.ids) this.rejectAll(id, problem);
  }

  private get ids(): string[] {
    return [...this.waits.keys()];
  }

  private begin(wait: Wait): void {
    const waits = this.waits.get(wait.id) ?? new Set();
    this.waits.set(wait.id, waits.add(wait));
    this.polling.start();
    this.listen()
      .then(() => this.look(wait.id))
      // A full server does not register clients, so they are not notified. Polling has to do.
      .catch((problem: unknown) => isRefusedWith(problem, 'OOM') || wait.reject(problem));
  }

  private end(wait: Wait, clean: () => void, conclude: () => void): void {
    clean();
    const waits = this.waits.get(wait.id);
    if (!waits?.delete(wait)) return;
    if (waits.size === 0) this.forget(wait.id);
    conclude();
  }

  // Best effort: registrations expire.
  private forget(id: string): void {
    this.waits.delete(id);
    if (this.waits.size === 0) this.polling.stop();
    if (this.commands.isReady) this.commands.client.srem(this.keys.clients(id), this.client).catch(() => undefined);
  }

  // Checking for a bucket and registering are atomic, so a bucket stored in between is not missed.
  private async look(id: string): Promise<void> {
    const waits = this.waits.get(id);
    if (!waits) return;
    const longest = Math.max(...[...waits].map(({ deadline }) => deadline - performance.now()));
    const memory = Math.ceil(Math.max(0, longest)) + LIMITS.waiterGrace;
    const call = waitForBucketCall(id, this.client, memory, this.keys);
    const body = await this.commands.runAgain<string | null>(call);
    if (body !== null) this.found(id, body);
  }

  private found(id: string, body: string): void {
    for (const wait of [...(this.waits.get(id) ?? [])]) wait.resolve(body);
  }

  /** Problems are ignored: the next poll looks again. */
  private async poll(): Promise<void> {
    const { ids } = this;
    for (let at = 0; at < ids.length && this.commands.isReady; at += LIMITS.waitBatch) {
      const some = ids.slice(at, at + LIMITS.waitBatch);
      const reading = this.commands.send((client) => client.mget(some.map((id) => this.keys.bucket(id))));
      const bodies = await reading.catch(() => []);
      bodies.forEach((body, n) => body !== null && this.found(some[n]!, body));
    }
  }

  private listen(): Promise<unknown> {
    this.listening ??= this.subscriber
      .listen(this.keys.client(this.client), {
        onMessage: (id) => this.lookAgain(id),
        onGap: () => this.ids.forEach((id) => this.lookAgain(id)),
      })
      .catch((problem: unknown) => {
        this.listening = undefined;
        throw problem;
      });
    return this.listening;
  }

  private lookAgain(id: string): void {
    this.look(id).catch((problem: unknown) => {
      if (problem instanceof BrokerUnavailableError) return; // The next poll looks again.
      this.rejectAll(id, problem);
    });
  }

  private rejectAll(id: string, problem: unknown): void {
    for (const wait of [...(this.waits.get(id) ?? [])]) wait.reject(problem);
  }
}
