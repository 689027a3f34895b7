import type { Connection } from '../connection/connection.js';
import type { Reader } from '../connection/reader.js';
import type { Subscriber } from '../connection/subscriber.js';
import type { Keys } from '../keys.js';
import type { Settler } from './settler.js';
import type { TransactionalStores } from './transactional-stores.js';

/** The parts of a consumer. */
export interface ConsumerParts {
  /** Its name in the consumer groups. */
  readonly name: string;
  readonly keys: Keys;
  readonly commands: () => Connection;
  /** The consumer's own connection. The consumer closes it. */
  readonly reader: Reader;
  readonly subscriber: Subscriber;
  readonly settler: Settler;
  readonly stores: TransactionalStores;
  /** Milliseconds. */
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  readonly onClose: () => void;
}
