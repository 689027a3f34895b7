import type { Due } from '../clock/due-queue.js';
import type { Message, OutgoingMessage, Priority } from '../message/index.js';
import type { InMemoryDelivery } from './delivery.js';
import type { Link } from './linked-queue.js';

/** Where a message lies on its channel, and how to get it out of there. */
export type Place =
  | { readonly name: 'queued'; readonly link: Link<Entry> }
  | { readonly name: 'delayed'; readonly ticket: Due<Entry> }
  | { readonly name: 'running'; readonly delivery: InMemoryDelivery }
  | { readonly name: 'nowhere' };

/** A message that a channel holds. */
export interface Entry {
  /** Unique on its channel. */
  readonly id: string;
  readonly jobId: string | undefined;
  readonly priority: Priority;
  message: Message;
  /** How often it was delivered since it was last given back. */
  deliveries: number;
  place: Place;
}

/** What does not belong to any channel yet. */
export type NewEntry = Pick<Entry, 'jobId' | 'priority' | 'message'>;

/** The message as a channel keeps it, independent of the caller's object. */
export function toEntry({
  id,
  channel,
  payload,
  headers,
  contentType,
  replyTo,
  priority = 'medium',
}: OutgoingMessage): NewEntry {
  const optional = { ...(contentType !== undefined && { contentType }), ...(replyTo !== undefined && { replyTo }) };
  return { jobId: id, priority, message: { channel, payload, headers: { ...headers }, ...optional } };
}

/** The message with other headers. */
export function withHeaders(message: Message, headers: Readonly<Record<string, string>>): Message {
  return { ...message, headers: { ...headers } };
}
