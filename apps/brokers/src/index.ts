import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** The three brokers that `RepidModule.forRoot()` takes. */
export interface Brokers {
  messageBroker: RedisMessageBroker;
  argsBucketBroker: RedisBucketBroker;
  resultsBucketBroker: RedisBucketBroker;
}

/**
 * Redis where `REDIS_URL` is set; otherwise nothing, which leaves the module its brokers in memory.
 * `REDIS_CONNECTION` and `REDIS_ARGS_CONNECTION` put messages and buckets on two servers.
 */
export function brokersFromEnvironment(): Partial<Brokers> {
  const { REDIS_URL, REDIS_CONNECTION = REDIS_URL, REDIS_ARGS_CONNECTION = REDIS_CONNECTION } = process.env;
  return REDIS_CONNECTION ? redisBrokers(REDIS_CONNECTION, REDIS_ARGS_CONNECTION) : {};
}

/** The Redis that several processes share: `REDIS_URL`, by default the one on this machine. */
export function sharedBrokers(): Brokers {
  return redisBrokers(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
}

function redisBrokers(messages: string, buckets = messages): Brokers {
  const { REDIS_PREFIX: prefix, OWNERSHIP_TIME: ownershipTime } = process.env;
  const bucketBroker = new RedisBucketBroker(buckets, { prefix });
  return {
    messageBroker: new RedisMessageBroker(messages, { prefix, ownershipTime }),
    argsBucketBroker: bucketBroker,
    resultsBucketBroker: bucketBroker,
  };
}
