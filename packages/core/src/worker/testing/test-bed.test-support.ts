import { onTestFinished } from 'vitest';
import type { Actor } from '../../actor/index.js';
import type { DeadLetter } from '../../broker/index.js';
import { AdjustableClock } from '../../clock/index.js';
import type { RepidEvent } from '../../events/index.js';
import type { JobOptions } from '../../job/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../../memory/index.js';
import { Repid, type RepidOptions } from '../../producer/index.js';
import { Router } from '../../router/index.js';
import { Worker, type WorkerOptions } from '../index.js';

/** How long a delivery is owned in a test bed, in milliseconds. */
export const OWNERSHIP_TIME = 30_000;

type EventOf<Type extends RepidEvent['type']> = Extract<RepidEvent, { type: Type }>;

/** An in-memory connection with the actors of one test, which records all events. */
export class TestBed {
  readonly clock = new AdjustableClock();
  readonly broker: InMemoryMessageBroker;
  readonly buckets = new InMemoryBucketBroker({ clock: this.clock });
  readonly repid: Repid;
  readonly events: RepidEvent[] = [];
  private readonly workers: Worker[] = [];

  constructor(
    private readonly actors: readonly Actor[],
    { maxDeliveries, ...options }: RepidOptions & { maxDeliveries?: number } = {},
  ) {
    this.broker = new InMemoryMessageBroker({ clock: this.clock, ownershipTime: OWNERSHIP_TIME, maxDeliveries });
    this.repid = new Repid({
      messageBroker: this.broker,
      argsBucketBroker: this.buckets,
      resultsBucketBroker: this.buckets,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
    onTestFinished(() => this.close());
  }

  worker(options: WorkerOptions = {}, actors: readonly Actor[] = this.actors): Worker {
    const worker = new Worker(this.repid.producer, new Router(actors), { handleSignals: [], ...options });
    this.workers.push(worker);
    return worker;
  }

  /** Runs everything that is due. Returns how many messages were settled. */
  async drain(options: WorkerOptions = {}): Promise<number> {
    return (await this.worker(options).run({ burst: true })).processed;
  }

  /** Enqueues a job and runs everything that is due. */
  async perform<Result = unknown>(name: string, options: JobOptions = {}) {
    const job = await this.repid.job<unknown, Result>(name, options).enqueue();
    await this.drain();
    return job;
  }

  /** Starts a worker that runs until it is stopped, or the test is over. */
  start(options: WorkerOptions = {}): Worker {
    const worker = this.worker(options);
    void worker.run();
    return worker;
  }

  async send(topic: string, payload: unknown = null, headers: Record<string, string> = {}): Promise<void> {
    await this.repid.sendMessageJson({ channel: 'default', payload, headers: { topic, ...headers } });
  }

  /** Publishes a message as another program could have written it. */
  async sendForeign(payload: string, headers: Record<string, string>): Promise<void> {
    const message = { channel: 'default', payload: Buffer.from(payload), contentType: 'application/json', headers };
    await this.repid.connect();
    await this.broker.publish([message]);
  }

  async deadLetters(channel = 'default'): Promise<readonly DeadLetter[]> {
    return this.repid.channel(channel).deadLetters();
  }

  eventsOf<Type extends RepidEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  private async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.repid.disconnect();
  }
}

/** A promise that resolves when the latch is opened. */
export class Latch {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}
