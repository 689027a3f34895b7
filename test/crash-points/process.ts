import { Repid, type RepidEvent, Router, Worker } from '@repid/core';
import { Faults, FaultyBucketBroker, FaultyMessageBroker, StepwiseMessageBroker } from '@repid/core/testing';
import type { Chain } from './chains.js';
import type { Environment } from './environment.js';

/** A simulated process: a connection, a worker for a chain, and its faults. */
export class Process {
  readonly repid: Repid;
  readonly events: RepidEvent[] = [];
  private readonly worker: Worker;
  private working: Promise<unknown> | undefined;

  constructor(
    environment: Environment,
    chain: Chain,
    { isAtomic, faults = new Faults() }: { isAtomic: boolean; faults?: Faults },
  ) {
    const { messages, buckets } = environment.brokers();
    const faulty = new FaultyMessageBroker(messages, faults);
    const bucketBroker = new FaultyBucketBroker(buckets, faults);
    this.repid = new Repid({
      messageBroker: isAtomic ? faulty : new StepwiseMessageBroker(faulty),
      argsBucketBroker: bucketBroker,
      resultsBucketBroker: bucketBroker,
      onEvent: (event) => this.events.push(event),
    });
    this.worker = new Worker(this.repid.producer, new Router(chain.actors(this.repid)), { handleSignals: [] });
  }

  /** Runs the worker until it is stopped or crashes. @param channels default: all */
  start(channels?: readonly string[]): void {
    this.working = this.worker.run({ channels }).catch((error: unknown) => error);
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.working;
  }

  async end(): Promise<void> {
    await this.stop();
    await this.repid.disconnect();
  }
}
