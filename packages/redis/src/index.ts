export { RedisBucketBroker } from './bucket-broker/redis-bucket-broker.js';
export { redis, type RedisBrokers } from './redis.js';
export { RedisMessageBroker } from './message-broker/redis-message-broker.js';
export type { GivenInstance, RedisConnection } from './connection/source.js';
export type {
  RedisBrokerOptions,
  RedisBrokersOptions,
  RedisBucketBrokerOptions,
  RedisMessageBrokerOptions,
} from './options/broker-options.js';
