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

/** Returns the options of another process that uses the same stores. */
export type Environment = () => ConstructorParameters<typeof Repid>[0];

/** In memory. */
export function inMemory(): Environment {
  const messageBroker = new InMemoryMessageBroker();
  const buckets = new InMemoryBucketBroker();
  return () => ({ messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets });
}

/** On a Redis server. */
export function onRedis(url: string, prefix: string): Environment {
  return () => {
    const buckets = new RedisBucketBroker(url, { prefix });
    return {
      messageBroker: new RedisMessageBroker(url, { prefix }),
      argsBucketBroker: buckets,
      resultsBucketBroker: buckets,
    };
  };
}

/** A simulated process. Create jobs with `repid`; run them with `work()` or `drain()`. It ends with the test. */
export class Process {
  readonly repid: Repid;
  readonly events: RepidEvent[] = [];

  constructor(environment: Environment, faults = new Faults()) {
    const { messageBroker, resultsBucketBroker } = environment()!;
    const buckets = new FaultyBucketBroker(resultsBucketBroker!, faults);
    this.repid = new Repid({
      messageBroker: new FaultyMessageBroker(messageBroker!, faults),
      argsBucketBroker: buckets,
      resultsBucketBroker: buckets,
      onEvent: (event) => this.events.push(event),
    });
    onTestFinished(() => this.repid.disconnect());
  }

  /** Runs a worker until the test finishes. */
  work(actors: readonly Actor[]): void {
    const worker = new Worker(this.repid.producer, new Router(actors), { handleSignals: [] });
    const running = worker.run();
    onTestFinished(async () => {
      await worker.stop();
      await running;
    });
  }

  /** Runs due messages, at most `messagesLimit`. */
  async drain(actors: readonly Actor[], messagesLimit?: number): Promise<void> {
    const worker = new Worker(this.repid.producer, new Router(actors), { handleSignals: [], concurrency: 1 });
    await worker.run({ burst: true, ...(messagesLimit === undefined ? undefined : { messagesLimit }) });
  }
}
