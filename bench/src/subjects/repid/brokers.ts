import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import type { Place } from '../subject.js';

/** Settings as they come; arguments travel in the message, and results have a broker where they are stored. */
export function brokersAt({ url, variant }: Place) {
  return {
    messageBroker: new RedisMessageBroker(url),
    ...(variant === 'result' && { resultsBucketBroker: new RedisBucketBroker(url) }),
  };
}
