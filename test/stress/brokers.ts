import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** How long a message of a killed worker is safe from others, in milliseconds. */
const OWNERSHIP_TIME = 1_000;

/** Far more than a job of a stress run sees, where a process is killed every second. */
const MAX_DELIVERIES = 100;

/** The brokers of one process. */
export function brokersAt(url: string) {
  return {
    messageBroker: new RedisMessageBroker(url, { ownershipTime: OWNERSHIP_TIME, maxDeliveries: MAX_DELIVERIES }),
    argsBucketBroker: null,
    resultsBucketBroker: new RedisBucketBroker(url),
  };
}
