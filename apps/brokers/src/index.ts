import { redis, RedisMessageBroker, type RedisBrokers } from '@repid/redis';

/**
 * Returns Redis brokers if `REDIS_URL` is set. Otherwise returns no brokers, so the module uses its in-memory brokers.
 * Set `REDIS_CONNECTION` and `REDIS_ARGS_CONNECTION` to store messages and buckets on two servers.
 */
export function brokersFromEnvironment(): Partial<RedisBrokers> {
  const { REDIS_URL, REDIS_CONNECTION = REDIS_URL, REDIS_ARGS_CONNECTION = REDIS_CONNECTION } = process.env;
  return REDIS_CONNECTION ? redisBrokers(REDIS_CONNECTION, REDIS_ARGS_CONNECTION) : {};
}

/** Returns Redis brokers that several processes share. Default of `REDIS_URL`: Redis on this machine. */
export function sharedBrokers(): RedisBrokers {
  return redisBrokers(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
}

function redisBrokers(messages: string, buckets = messages): RedisBrokers {
  const { REDIS_PREFIX: prefix, OWNERSHIP_TIME: ownershipTime } = process.env;
  return { ...redis(buckets, { prefix }), messageBroker: new RedisMessageBroker(messages, { prefix, ownershipTime }) };
}
