import type { Connection } from '../connection/connection.js';
import type { OutgoingMessage } from '../message/index.js';

/** Publishes messages over one connection. For modules that publish and need nothing else of a producer. */
export interface Publisher {
  readonly connection: Connection;
  /** Publishes all of the messages or none. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}
