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

/** The settlement of a delivery that is done. */
export const ACK: Settlement = { outcome: { type: 'ack' } };

/** A server of its own, empty before each test, and brokers on it, disconnected after each. */
export class RedisStage {
  server!: TestRedis;
  /** Looks into the server, past the brokers. */
  redis!: Redis;
  /** A broker with the default options. */
  broker!: RedisMessageBroker;
  private readonly brokers: (RedisMessageBroker | RedisBucketBroker)[] = [];

  /** Registers the hooks of the describe block that it is called in. */
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

  /** One more broker. */
  async connected(
    options: RedisMessageBrokerOptions & { readonly fastPaths?: false | readonly string[] } = {},
  ): Promise<RedisMessageBroker> {
    const broker = new RedisMessageBroker(this.server.url, options);
    this.brokers.push(broker);
    await broker.connect();
    return broker;
  }

  /** A bucket broker that `broker` has joined. */
  async joinedBuckets(): Promise<RedisBucketBroker> {
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

  /** Where the job is, for as long as the broker holds it. */
  async where(jobId: string): Promise<JobLocation | undefined> {
    return (await this.broker.locate(jobId))?.location;
  }

  /** How long a bucket has left, in milliseconds; -1 for ever, -2 where it is not there. */
  timeLeft(bucketId: string): Promise<number> {
    return this.redis.pttl(`repid:bucket:${bucketId}`);
  }

  /** The keys of what waits, or has waited, and of where jobs are: none when all is done. */
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

/** A bare message on the channel `email`. */
export function message(text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { channel: 'email', payload: Buffer.from(text), headers: { topic: 'act' }, ...more };
}

/** A job on the channel `email`, whose header says its id. */
export function job(id: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return message(id, { id, headers: { topic: 'act', [HEADER.id]: id }, ...more });
}

export function textOf(delivery: Delivery): string {
  return Buffer.from(delivery.message.payload).toString();
}

/** The texts of the next deliveries. */
export async function take(consumer: Consumer, max = 10): Promise<string[]> {
  return (await consumer.receive(max, { wait: true })).map(textOf);
}
