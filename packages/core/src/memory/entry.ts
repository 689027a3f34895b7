import type { Due } from '../clock/due-queue.js';
import type { Condition } from '../dependency/index.js';
import { type Message, type OutgoingMessage, ownArgsBucketOf, type Priority } from '../message/index.js';
import type { InMemoryDelivery } from './delivery.js';
import type { Link, LinkedQueue } from './linked-queue.js';

/** Where a message lies, and how to get it out of there. */
export type Place =
  | { readonly name: 'waiting'; readonly missing: ReadonlyMap<string, Condition> }
  | { readonly name: 'queued'; readonly queue: LinkedQueue<Entry>; readonly link: Link<Entry> }
  | { readonly name: 'delayed'; readonly ticket: Due<Entry> }
  | { readonly name: 'running'; readonly delivery: InMemoryDelivery }
  | { readonly name: 'nowhere' };

/** A message that the broker holds. */
export interface Entry {
  /** Unique in the broker, and never used again. */
  readonly id: string;
  readonly jobId: string | undefined;
  /** The bucket that its result goes to, where that is not its id. */
  readonly resultId: string | undefined;
  readonly priority: Priority;
  message: Message;
  /** How often it was delivered since it was last given back. */
  deliveries: number;
  /** When it was last taken, as a number that grows with each that is taken from its channel. */
  turn: number;
  /** Since when it runs alone, in milliseconds since the epoch; undefined where it does not, or has been cleared. */
  aloneSince: number | undefined;
  /** True where its next delivery is to be refused. */
  isExhausted: boolean;
  place: Place;
}

/** What the broker does not hold, or not any more. */
export type NewEntry = Pick<Entry, 'jobId' | 'resultId' | 'priority' | 'message'>;

/** The message as a channel keeps it, independent of the caller's object. */
export function toEntry(
  id: string,
  { id: jobId, resultId, channel, payload, headers, contentType, replyTo, priority = 'medium' }: OutgoingMessage,
): Entry {
  const optional = { ...(contentType !== undefined && { contentType }), ...(replyTo !== undefined && { replyTo }) };
  const message = { channel, payload, headers: { ...headers }, ...optional };
  return enter(id, { jobId, resultId, priority, message });
}

/** The message as if it had never been delivered. */
export function enter(id: string, { jobId, resultId, priority, message }: NewEntry): Entry {
  return {
    // Written out: V8 takes tens of times as long for an object that is spread and then added to.
    id,
    jobId,
    resultId,
    priority,
    message,
    deliveries: 0,
    turn: 0,
    aloneSince: undefined,
    isExhausted: false,
    place: { name: 'nowhere' },
  };
}

/** The message with other headers. */
export function withHeaders(message: Message, headers: Readonly<Record<string, string>>): Message {
  return { ...message, headers: { ...headers } };
}

/** The arguments bucket that belongs to the job alone; undefined where it has none, or for a bare message. */
export function ownArgsOf({ jobId, message }: Pick<Entry, 'jobId' | 'message'>): string | undefined {
  return jobId === undefined ? undefined : ownArgsBucketOf(message.headers);
}
