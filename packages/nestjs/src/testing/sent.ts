import type { INestApplicationContext } from '@nestjs/common';
import { argsBucketOf, BucketCodec, HEADER, InvalidOptionError, type OutgoingMessage } from '@repid/core';
import type { EngineConnection } from '../connection/repid-connection.js';
import { checkChoice, connectionOf, getFrom, type ConnectionChoice } from './connection-of.js';
import type { Recorder } from './recorder.js';
import { getRecorderToken } from './repid-testing.module.js';

/** A published message. */
export interface SentMessage {
  readonly channel: string;
  readonly topic?: string;
  /** The decoded payload, from the arguments bucket if there is one; undefined if the message has no payload. */
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Returns the messages that the application has published so far, in order: jobs, sent messages, and messages that actors
 * publish with their settlement.
 *
 * @throws InvalidOptionError without `RepidTestingModule`
 */
export function sent(app: INestApplicationContext, choice: ConnectionChoice = {}): SentMessage[] {
  checkChoice(choice, 'sent()');
  const { connection = 'default' } = choice;
  const { engine } = connectionOf(app, choice);
  const recorder = getFrom<Recorder>(app, getRecorderToken(connection));
  if (!recorder) {
    throw new InvalidOptionError(
      "sent() needs a recorder. Import RepidTestingModule.forRoot() from '@repid/nestjs/testing' instead of RepidModule.forRoot().",
    );
  }
  return recorder.messages.map((message) => describe(message, engine));
}

function describe(message: OutgoingMessage, connection: EngineConnection): SentMessage {
  const { channel, headers } = message;
  return { channel, topic: headers[HEADER.topic], payload: payloadOf(message, connection), headers };
}

function payloadOf(
  { payload, contentType, headers, buckets = [] }: OutgoingMessage,
  connection: EngineConnection,
): unknown {
  const argsId = argsBucketOf(headers);
  const args = buckets.find(({ id }) => id === argsId);
  if (args) return new BucketCodec(connection.serializer).decode(args.body).data;
  return payload.byteLength === 0 ? undefined : connection.serializerFor(contentType).decode(payload);
}
