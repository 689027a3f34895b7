import { describeError } from '../errors/index.js';
import { HEADER, isChannelName, toReplyAddress, type Message, type OutgoingMessage } from '../message/index.js';
import { JSON_CONTENT_TYPE, jsonSerializer } from '../serializer/index.js';

/** Returns the reply that tells a requester that the actor has failed; undefined if the message names no reply channel. */
export function errorReply({ replyTo }: Message, error: unknown): OutgoingMessage | undefined {
  if (!isChannelName(replyTo)) return undefined;
  const { name, message, code = name } = describeError(error);
  return toReplyAddress({
    channel: replyTo,
    payload: jsonSerializer.encode(null),
    contentType: JSON_CONTENT_TYPE,
    headers: { [HEADER.error]: JSON.stringify({ code, name, message }) },
  });
}
