import {
  AdjustableClock,
  type BucketBroker,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
} from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** The stores of messages and buckets, shared by all processes of a test. */
export interface Environment {
  /** Returns the brokers of another process. */
  brokers(): { readonly messages: MessageBroker; readonly buckets: BucketBroker };
  /** Lets time pass until the condition is true. Rejects on a timeout of many ownership times. */
  until(condition: () => Promise<boolean>): Promise<void>;
}

const OWNERSHIP_TIME = 100;
/** Timeout in ownership times: far more than a chain needs. */
const TIMEOUT = 100;

/** In memory, with an adjustable clock. */
export function inMemory(): Environment {
  const clock = new AdjustableClock();
  const messages = new InMemoryMessageBroker({ clock, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 });
  const buckets = new InMemoryBucketBroker({ clock });
  return {
    brokers: () => ({ messages, buckets }),
    until: (condition) => poll(condition, () => clock.advance(OWNERSHIP_TIME / 4)),
  };
}

/** On a Redis server. */
export function onRedis(url: string, prefix: string): Environment {
  const options = { prefix, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 };
  const brokers = (): ReturnType<Environment['brokers']> => ({
    messages: new RedisMessageBroker(url, options),
    buckets: new RedisBucketBroker(url, { prefix }),
  });
  const wait = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, OWNERSHIP_TIME / 4));
  return { brokers, until: (condition) => poll(condition, wait) };
}

async function poll(condition: () => Promise<boolean>, pass: () => Promise<void>): Promise<void> {
  for (let times = 0; times < TIMEOUT * 4; times += 1) {
    if (await condition()) return;
    await pass();
  }
  throw new Error(`The condition was not true within ${TIMEOUT} ownership times.`);
}
