import { Repid, type RepidEvent, Router, Worker } from '@repid/core';
import { Faults, FaultyBucketBroker, FaultyMessageBroker, StepwiseMessageBroker } from '@repid/core/testing';
import type { Chain } from './chains.js';
import type { Place } from './place.js';

/** A process: a connection of its own, the actors of a chain, and what goes wrong in it. */
export class Process {
  readonly repid: Repid;
  readonly events: RepidEvent[] = [];
  private readonly worker: Worker;
  private working: Promise<unknown> | undefined;

  constructor(place: Place, chain: Chain, { isAtomic, faults = new Faults() }: { isAtomic: boolean; faults?: Faults }) {
    const { messages, buckets } = place.brokers();
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

  /** Works until it is stopped, or dies; on all channels, or on some. */
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
