import {
  type Consumer,
  type Delivery,
  HEADER,
  type JobLocation,
  type OutgoingMessage,
  type Settlement,
} from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker, type RedisMessageBrokerOptions } from '@repid/redis';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type TestRedis, startRedis } from './redis-server.js';

/** The settlement of a completed delivery. */
export const ACK: Settlement = { outcome: { type: 'ack' } };

/** A Redis server that is flushed before each test, with brokers that are disconnected after each test. */
export class RedisFixture {
  server!: TestRedis;
  /** A direct connection to the server. */
  redis!: Redis;
  /** A broker with the default options. */
  broker!: RedisMessageBroker;
  private readonly brokers: (RedisMessageBroker | RedisBucketBroker)[] = [];

  /** Registers the hooks in the current describe block. */
  constructor() {
    beforeAll(() => this.open());
    afterAll(() => this.close());
    beforeEach(async () => {
      await this.redis.flushall();
      this.broker = await this.connected();
    });
    afterEach(() => this.disconnectAll());
  }

  async disconnectAll(): Promise<void> {
    await Promise.all(this.brokers.splice(0).map((broker) => broker.disconnect()));
  }

  /** Returns another connected broker. */
  async connected(
    options: RedisMessageBrokerOptions & { readonly fastPaths?: false | readonly string[] } = {},
  ): Promise<RedisMessageBroker> {
    const broker = new RedisMessageBroker(this.server.url, options);
    this.brokers.push(broker);
    await broker.connect();
    return broker;
  }

  /** Returns a bucket broker that shares the transactions of `broker`. */
  async transactionalBuckets(): Promise<RedisBucketBroker> {
    const buckets = new RedisBucketBroker(this.server.url);
    this.brokers.push(buckets);
    await buckets.connect();
    await this.broker.join(buckets);
    return buckets;
  }

  /** Consumes the channel `email`. */
  consume(onProblem?: (problem: Error) => void): Promise<Consumer> {
    return this.broker.consume({ channels: ['email'], onProblem });
  }

  /** Returns the location of a job that the broker holds. */
  async where(jobId: string): Promise<JobLocation | undefined> {
    return (await this.broker.locate(jobId))?.location;
  }

  /** Returns the time to live of a bucket in milliseconds; -1 if it does not expire, -2 if it does not exist. */
  timeLeft(bucketId: string): Promise<number> {
    return this.redis.pttl(`repid:bucket:${bucketId}`);
  }

  /** Returns the keys of waiting jobs and of job locations. There are none when all jobs are done. */
  async keysOfJobs(): Promise<string[]> {
    const keys = await this.redis.keys('*');
    return keys.filter((key) => /::awaited|::waiters:|::clients:|:waiting|::jobs$/.test(key));
  }

  private async open(): Promise<void> {
    this.server = await startRedis({ own: true });
    this.redis = new Redis(this.server.url);
    this.redis.on('error', () => undefined);
  }

  private async close(): Promise<void> {
    this.redis.disconnect();
    await this.server.stop();
  }
}

/** Creates a plain message on the channel `email`. */
export function message(text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { channel: 'email', payload: Buffer.from(text), headers: { topic: 'act' }, ...more };
}

/** Creates a job message on the channel `email`, with its id in a header. */
export function job(id: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return message(id, { id, headers: { topic: 'act', [HEADER.id]: id }, ...more });
}

export function textOf(delivery: Delivery): string {
  return Buffer.from(delivery.message.payload).toString();
}

/** Returns the payload texts of the next deliveries. */
export async function take(consumer: Consumer, max = 10): Promise<string[]> {
  return (await consumer.receive(max, { wait: true })).map(textOf);
}
