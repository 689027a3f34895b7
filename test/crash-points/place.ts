import {
  AdjustableClock,
  type BucketBroker,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
} from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** Where messages and buckets lie, for as many processes as there are. */
export interface Place {
  /** Brokers of one more process. */
  brokers(): { readonly messages: MessageBroker; readonly buckets: BucketBroker };
  /** Lets time pass, more than a delivery is owned for, until something is so. Rejects where it never is. */
  until(isSo: () => Promise<boolean>): Promise<void>;
}

const OWNERSHIP_TIME = 100;
/** In times of ownership: far more than any chain needs. */
const PATIENCE = 100;

/** In this process, with a clock that is moved by hand. */
export function inMemory(): Place {
  const clock = new AdjustableClock();
  const messages = new InMemoryMessageBroker({ clock, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 });
  const buckets = new InMemoryBucketBroker({ clock });
  return {
    brokers: () => ({ messages, buckets }),
    until: (isSo) => poll(isSo, () => clock.advance(OWNERSHIP_TIME / 4)),
  };
}

/** On a server of Redis. */
export function onRedis(url: string, prefix: string): Place {
  const options = { prefix, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 };
  const brokers = (): ReturnType<Place['brokers']> => ({
    messages: new RedisMessageBroker(url, options),
    buckets: new RedisBucketBroker(url, { prefix }),
  });
  const rest = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, OWNERSHIP_TIME / 4));
  return { brokers, until: (isSo) => poll(isSo, rest) };
}

async function poll(isSo: () => Promise<boolean>, pass: () => Promise<void>): Promise<void> {
  for (let times = 0; times < PATIENCE * 4; times += 1) {
    if (await isSo()) return;
    await pass();
  }
  throw new Error(`It was not so after ${PATIENCE} times the ownership.`);
}
