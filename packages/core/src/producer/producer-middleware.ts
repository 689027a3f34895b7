import type { OutgoingMessage } from '../message/index.js';

/**
 * Wraps each publish call. It may pass changed messages to `next()`, or throw to refuse them.
 *
 * `next()` resolves when the broker has the messages. For messages that a settlement publishes, it resolves when they are
 * part of that settlement.
 */
export type ProducerMiddleware = (
  messages: readonly OutgoingMessage[],
  next: (messages?: readonly OutgoingMessage[]) => Promise<void>,
) => Promise<void>;
