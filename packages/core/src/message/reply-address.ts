import { REPLY_CHANNELS } from './channel-name.js';
import { HEADER } from './header-names.js';
import type { OutgoingMessage } from './message.js';

/** Between the channel that replies are read from and the request that they are for: no id holds it. */
const SEPARATOR = '.';

/** Where a reply goes, and which request it is for. */
export interface ReplyAddress {
  /** The channel that whoever asks reads all replies from. */
  readonly channel: string;
  readonly correlation: string;
}

/**
 * The address as the text of a message's `replyTo`. It names a channel of its own, so that a program that knows nothing of
 * correlations and replies to the channel it is told still says which request it is for.
 */
export function formatReplyAddress({ channel, correlation }: ReplyAddress): string {
  return `${channel}${SEPARATOR}${correlation}`;
}

/** The address in this text; undefined where it is only the name of a channel. */
export function parseReplyAddress(text: string): ReplyAddress | undefined {
  if (!text.startsWith(REPLY_CHANNELS)) return undefined;
  const at = text.indexOf(SEPARATOR, REPLY_CHANNELS.length);
  if (at < 0) return undefined;
  return { channel: text.slice(0, at), correlation: text.slice(at + 1) };
}

/** The reply as whoever asked reads it: on the one channel of all its replies, with a header that says which request it is for. */
export function toReplyAddress(reply: OutgoingMessage): OutgoingMessage {
  const address = parseReplyAddress(reply.channel);
  if (address === undefined) return reply;
  const { channel, correlation } = address;
  return { ...reply, channel, headers: { ...reply.headers, [HEADER.correlation]: correlation } };
}
