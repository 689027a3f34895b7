import { REPLY_CHANNELS } from './channel-name.js';
import { HEADER } from './header-names.js';
import type { OutgoingMessage } from './message.js';

/** Separates the reply channel from the id of the request. Ids do not contain it. */
const SEPARATOR = '.';

/** The address of a reply, and the request that it belongs to. */
export interface ReplyAddress {
  /** The channel from which the requesting process receives all replies. */
  readonly channel: string;
  readonly correlation: string;
}

/**
 * Formats the address as the text of a message's `replyTo`. Each address is also a channel name of its own, so that a
 * program that knows nothing about correlations, and replies to that channel, still says which request it replies to.
 */
export function formatReplyAddress({ channel, correlation }: ReplyAddress): string {
  return `${channel}${SEPARATOR}${correlation}`;
}

/** Parses the address; undefined for a text that is only a channel name. */
export function parseReplyAddress(text: string): ReplyAddress | undefined {
  if (!text.startsWith(REPLY_CHANNELS)) return undefined;
  const at = text.indexOf(SEPARATOR, REPLY_CHANNELS.length);
  if (at < 0) return undefined;
  return { channel: text.slice(0, at), correlation: text.slice(at + 1) };
}

/** The reply as the requesting process receives it: in its one reply channel, with a header that names the request. */
export function toReplyAddress(reply: OutgoingMessage): OutgoingMessage {
  const address = parseReplyAddress(reply.channel);
  if (address === undefined) return reply;
  const { channel, correlation } = address;
  return { ...reply, channel, headers: { ...reply.headers, [HEADER.correlation]: correlation } };
}
