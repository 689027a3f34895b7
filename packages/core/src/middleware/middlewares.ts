import type { ActorContext } from '../actor/actor.js';
import type { OutgoingMessage } from '../message/index.js';

/**
 * Stands around the run of an actor. Returning without `next()` leaves the actor out; what it returns is the result,
 * what it throws is the failure.
 */
export type ActorMiddleware = (context: ActorContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Stands around publishing, once per act: it may hand on changed messages, or throw to refuse them.
 *
 * Around messages that are committed with a settlement, `next()` resolves when they have been taken into it;
 * otherwise when the broker has them.
 */
export type ProducerMiddleware = (
  messages: readonly OutgoingMessage[],
  next: (messages?: readonly OutgoingMessage[]) => Promise<void>,
) => Promise<void>;
