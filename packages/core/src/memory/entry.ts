import type { Due } from '../clock/due-queue.js';
import type { Condition } from '../dependency/index.js';
import { type Message, type OutgoingMessage, ownArgsBucketOf, type Priority } from '../message/index.js';
import type { Link, LinkedQueue } from './linked-queue.js';

/** Where the broker keeps an entry, with what is needed to remove it from there. */
export type EntryLocation =
  | { readonly type: 'waiting'; readonly missing: ReadonlyMap<string, Condition> }
  | { readonly type: 'queued'; readonly queue: LinkedQueue<Entry>; readonly link: Link<Entry> }
  | { readonly type: 'delayed'; readonly ticket: Due<Entry> }
  | { readonly type: 'running'; readonly delivery: LeasedDelivery }
  | { readonly type: 'none' };

/** A message that the broker holds. */
export interface Entry {
  /** Unique in the broker, and never used again. */
  readonly id: string;
  readonly jobId: string | undefined;
  /** The bucket of its result, if that is not its job id. */
  readonly resultId: string | undefined;
  readonly priority: Priority;
  message: Message;
  /** Deliveries since the entry was last requeued. */
  deliveries: number;
  /** When it was last taken: a number that grows with each entry taken from its channel. */
  turn: number;
  /** Since when it runs alone, in milliseconds since the epoch; undefined if it does not, or was cleared. */
  aloneSince: number | undefined;
  /** How often it has lost its worker while it ran alone, since it was last requeued or cleared. */
  lossesAlone: number;
  /** True if its next delivery must be refused. */
  isExhausted: boolean;
  location: EntryLocation;
}

/** A delivery as its entry, its channel and its lease see it. */
export interface LeasedDelivery {
  readonly entry: Entry;
  readonly message: Message;
  readonly consumer: ChannelConsumer;
  /** Its link in the channel's leases; undefined once it is settled or lost. */
  lease: Link<Lease> | undefined;
}

/** Ownership of a delivery, with a time limit. */
export interface Lease {
  readonly delivery: LeasedDelivery;
  readonly expiresAt: number;
}

/** A consumer as its channels see it. */
export interface ChannelConsumer {
  /** Ends a waiting `receive` with the messages that its channels have. */
  serve(): void;
  /** Reports that a job which this consumer runs was cancelled. */
  tellCancelled(channel: string, jobId: string): void;
}

/** A message that the broker does not hold yet, or no longer. */
export type NewEntry = Pick<Entry, 'jobId' | 'resultId' | 'priority' | 'message'>;

/** The message as a channel keeps it, independent of the caller's object. */
export function toEntry(
  id: string,
  { id: jobId, resultId, channel, payload, headers, contentType, replyTo, priority = 'medium' }: OutgoingMessage,
): Entry {
  const optional = { ...(contentType !== undefined && { contentType }), ...(replyTo !== undefined && { replyTo }) };
  const message = { channel, payload, headers: { ...headers }, ...optional };
  return newEntry(id, { jobId, resultId, priority, message });
}

/** An entry that was never delivered. */
export function newEntry(id: string, { jobId, resultId, priority, message }: NewEntry): Entry {
  return {
    // Each property is written out: V8 is tens of times slower for an object that is spread and then extended.
    id,
    jobId,
    resultId,
    priority,
    message,
    deliveries: 0,
    turn: 0,
    aloneSince: undefined,
    lossesAlone: 0,
    isExhausted: false,
    location: { type: 'none' },
  };
}

/** The message with other headers. */
export function withHeaders(message: Message, headers: Readonly<Record<string, string>>): Message {
  return { ...message, headers: { ...headers } };
}

/** The arguments bucket that belongs to this job alone; undefined for a job without one, and for a bare message. */
export function ownArgsOf({ jobId, message }: Pick<Entry, 'jobId' | 'message'>): string | undefined {
  return jobId === undefined ? undefined : ownArgsBucketOf(message.headers);
}
