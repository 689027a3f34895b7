import { setTimeout as sleep } from 'node:timers/promises';
import { type BucketBroker, type EventListener, type MessageBroker, Repid } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { Redis } from 'ioredis';
import { CHANNELS, ENOUGH_DELIVERIES, type Plan } from '../plan/plan.js';
import { EventMonitor, startProcess } from './worker-process.js';
import { leftoversIn } from './redis-leftovers.js';
import type { World } from './world.js';

/** The ownership time of a delivery, in milliseconds. */
const OWNERSHIP_TIME = 150;
/** Used if `maxDeliveries` is low: a short stall of the machine must not count as a lost worker. */
const LONG_OWNERSHIP_TIME = 500;
/** Longer than any wait may take, in milliseconds. */
const TIME_LIMIT = 30_000;
const TIMES = { retryDelay: 5, deferral: 20, period: 500, timeLimit: 300, pollInterval: 3 };

/** Creates one world after the other on the same connections to Redis. */
export class RedisWorldFactory {
  private readonly redis: Redis;
  private readonly fleets = new Map<number, Fleet>();
  private plans = 0;

  /**
   * @param prefix the prefix of all keys, which no other test uses
   * @param canBeFull no other test uses the server, so it may be full at times, even when workers connect
   */
  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly canBeFull = false,
  ) {
    this.redis = new Redis(url, { lazyConnect: true });
  }

  async world({ workers, clientStrikes }: Plan): Promise<World> {
    const { maxDeliveries, hasBadListener } = workers;
    const fleet = await this.fleet(maxDeliveries);
    const name = `plan${(this.plans += 1)}`;
    const channels = Array.from({ length: CHANNELS }, (_, n) => `${name}-${n}`);
    const monitor = new EventMonitor(hasBadListener);
    const connect = (messages: MessageBroker, buckets: BucketBroker): Repid =>
      connected(messages, buckets, monitor.listener);
    return {
      client: startProcess(clientStrikes, fleet.client, fleet.buckets, connect).repid,
      observer: connect(fleet.observer, fleet.buckets),
      stalled: fleet.stalled,
      ...{ channels, name, times: TIMES, timeout: '20s', lateStarts: 1 },
      now: () => fleet.client.clock.now(),
      startProcess: (faults) => startProcess(faults, fleet.nextWorker(), fleet.buckets, connect),
      until: (coming) => withinTimeLimit(coming),
      hasLostOwnership: () => monitor.lost > 0,
      leftovers: (expected) => leftoversIn(this.redis, this.prefix, channels, expected),
      ...(this.canBeFull ? { fill: () => this.limit('1'), makeRoom: () => this.limit('0') } : {}),
      close: () => this.clear(),
    };
  }

  async close(): Promise<void> {
    await this.closeFleets();
    this.redis.disconnect();
  }

  private async closeFleets(): Promise<void> {
    const fleets = [...this.fleets.values()];
    this.fleets.clear();
    await Promise.all(fleets.map((fleet) => fleet.close()));
  }

  private async fleet(maxDeliveries: number): Promise<Fleet> {
    const known = this.fleets.get(maxDeliveries);
    if (known) return known;
    const ownershipTime = maxDeliveries < ENOUGH_DELIVERIES ? LONG_OWNERSHIP_TIME : OWNERSHIP_TIME;
    const fleet = new Fleet(this.url, { prefix: this.prefix, ownershipTime, maxDeliveries });
    this.fleets.set(maxDeliveries, fleet);
    if (!this.canBeFull) await fleet.connect();
    return fleet;
  }

  /** Sets `maxmemory`. 0 removes the limit. */
  private async limit(bytes: string): Promise<void> {
    await this.redis.config('SET', 'maxmemory', bytes);
  }

  /** Deletes all keys. On a server that may be full, each plan opens new connections. */
  private async clear(): Promise<void> {
    if (this.canBeFull) await Promise.all([this.limit('0'), this.closeFleets()]);
    const keys = await this.redis.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.redis.del(...keys);
  }
}

async function withinTimeLimit<T>(coming: Promise<T>): Promise<T> {
  const limit = new AbortController();
  const late = sleep(TIME_LIMIT, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`Something has not ended within ${TIME_LIMIT} ms.`);
  });
  late.catch(() => undefined);
  return Promise.race([coming, late]).finally(() => limit.abort());
}

function connected(messageBroker: MessageBroker, buckets: BucketBroker, onEvent: EventListener): Repid {
  return new Repid({ messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets, onEvent });
}

/** The brokers of all processes, with the same ownership time. */
class Fleet {
  readonly client: RedisMessageBroker;
  readonly observer: RedisMessageBroker;
  readonly stalled: RedisMessageBroker;
  readonly buckets: RedisBucketBroker;
  private readonly workers: RedisMessageBroker[];

  constructor(url: string, options: { prefix: string; ownershipTime: number; maxDeliveries: number }) {
    const broker = (): RedisMessageBroker => new RedisMessageBroker(url, options);
    this.client = broker();
    this.observer = broker();
    this.stalled = broker();
    this.workers = [broker(), broker()];
    this.buckets = new RedisBucketBroker(url, { prefix: options.prefix });
  }

  async connect(): Promise<void> {
    await Promise.all(this.all.map((broker) => broker.connect()));
  }

  /** Returns the brokers of workers in turn. */
  nextWorker(): RedisMessageBroker {
    const worker = this.workers.shift()!;
    this.workers.push(worker);
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((broker) => broker.disconnect()));
  }

  private get all() {
    return [this.client, this.observer, this.stalled, ...this.workers, this.buckets];
  }
}
