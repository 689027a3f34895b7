import type { Connection } from '../connection/connection.js';
import type { Reader } from '../connection/reader.js';
import type { Subscriber } from '../connection/subscriber.js';
import type { Keys } from '../keys.js';
import type { JoinedBuckets } from './joined-buckets.js';
import type { RedisConsumer } from './redis-consumer.js';
import type { Settler } from './settler.js';

/** What a consumer is made of. */
export interface ConsumerParts {
  /** Its name in the consumer groups. */
  readonly name: string;
  readonly keys: Keys;
  readonly commands: () => Connection;
  /** Its own; it closes it. */
  readonly reader: Reader;
  readonly subscriber: Subscriber;
  readonly settler: Settler;
  readonly joined: JoinedBuckets;
  /** Milliseconds. */
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  readonly onClose: (consumer: RedisConsumer) => void;
}
