import {
  type Actor,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  Repid,
  type RepidEvent,
  Router,
  Worker,
} from '@repid/core';
import { FaultyBucketBroker, FaultyMessageBroker, Faults } from '@repid/core/testing';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { onTestFinished } from 'vitest';

/** Makes the brokers of one more process of one system. */
export type Place = () => ConstructorParameters<typeof Repid>[0];

/** In this process. */
export function inMemory(): Place {
  const messageBroker = new InMemoryMessageBroker();
  const buckets = new InMemoryBucketBroker();
  return () => ({ messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets });
}

/** On a server of Redis. */
export function onRedis(url: string, prefix: string): Place {
  return () => {
    const buckets = new RedisBucketBroker(url, { prefix });
    return {
      messageBroker: new RedisMessageBroker(url, { prefix }),
      argsBucketBroker: buckets,
      resultsBucketBroker: buckets,
    };
  };
}

/** One process: jobs are made with `repid`, and run by `work()`. Ends with the test. */
export class Process {
  readonly repid: Repid;
  readonly events: RepidEvent[] = [];

  constructor(place: Place, faults = new Faults()) {
    const { messageBroker, resultsBucketBroker } = place()!;
    const buckets = new FaultyBucketBroker(resultsBucketBroker!, faults);
    this.repid = new Repid({
      messageBroker: new FaultyMessageBroker(messageBroker!, faults),
      argsBucketBroker: buckets,
      resultsBucketBroker: buckets,
      onEvent: (event) => this.events.push(event),
    });
    onTestFinished(() => this.repid.disconnect());
  }

  /** Works until the test has finished. */
  work(actors: readonly Actor[]): void {
    const worker = new Worker(this.repid.producer, new Router(actors), { handleSignals: [] });
    const running = worker.run();
    onTestFinished(async () => {
      await worker.stop();
      await running;
    });
  }

  /** Runs what is due, so many messages at most. */
  async drain(actors: readonly Actor[], messagesLimit?: number): Promise<void> {
    const worker = new Worker(this.repid.producer, new Router(actors), { handleSignals: [], concurrency: 1 });
    await worker.run({ burst: true, ...(messagesLimit === undefined ? undefined : { messagesLimit }) });
  }
}
