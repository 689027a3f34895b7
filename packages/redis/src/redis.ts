import { RedisBucketBroker } from './bucket-broker/redis-bucket-broker.js';
import { ClientSource, type RedisConnection } from './connection/source.js';
import { RedisMessageBroker } from './message-broker/redis-message-broker.js';
import { type RedisBrokersOptions, splitOptions } from './options/broker-options.js';

/** The brokers of one Redis, under the names that `RepidModule.forRoot()` and `new Repid()` take. */
export interface RedisBrokers {
  readonly messageBroker: RedisMessageBroker;
  readonly argsBucketBroker: RedisBucketBroker;
  readonly resultsBucketBroker: RedisBucketBroker;
}

/**
 * Makes all brokers for one Redis: `RepidModule.forRoot(redis('redis://127.0.0.1:6379'))`. Arguments and results share a bucket broker.
 *
 * @param connection a URL, options of ioredis, or an instance of it
 * @throws InvalidOptionError if an option is unknown or wrong
 */
export function redis(connection: RedisConnection, options: RedisBrokersOptions = {}): RedisBrokers {
  const { message, bucket } = splitOptions(options, new ClientSource(connection).cluster);
  const buckets = new RedisBucketBroker(connection, bucket);
  return {
    messageBroker: new RedisMessageBroker(connection, message),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  };
}
