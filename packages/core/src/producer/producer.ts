import { requireCapability } from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { BrokerUnavailableError, DuplicateJobError, PayloadTooLargeError } from '../errors/index.js';
import { shorten } from '../errors/show.js';
import { reportPublished } from '../events/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import { mostOfHeaders, sizeAbove, sizeOfHeaders } from '../message/size.js';
import { compose } from '../middleware/compose.js';
import type { ProducerMiddleware } from './producer-middleware.js';
import type { Publisher } from './publisher.js';

type Messages = readonly OutgoingMessage[];

/** Publishes messages: runs middlewares, checks the messages, stores separate buckets, then calls the broker. */
export class Producer implements Publisher {
  private readonly send: (messages: Messages) => Promise<void>;
  private readonly isSeparate = ({ into }: Pick<BucketWrite, 'into'>): boolean =>
    !this.connection.isTransactional(into);

  constructor(
    readonly connection: Connection,
    private readonly middlewares: readonly ProducerMiddleware[],
  ) {
    this.send = compose(middlewares, (passed: Messages) => this.publishNow(passed));
  }

  /** True if producer middlewares are configured. */
  get hasMiddlewares(): boolean {
    return this.middlewares.length > 0;
  }

  /** Publishes all of the messages or none, now. */
  publish(messages: Messages): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    return this.connection.isReady ? this.send(messages) : this.connection.ready().then(() => this.send(messages));
  }

  /** Prepares the messages of a settlement: checks them and stores their separate buckets. */
  prepare(messages: Messages): Messages | Promise<Messages> {
    if (messages.length === 0) return messages;
    return this.middlewares.length === 0 ? this.prepareNow(messages) : this.prepareThroughMiddlewares(messages);
  }

  private async prepareThroughMiddlewares(messages: Messages): Promise<Messages> {
    const prepared: OutgoingMessage[] = [];
    await compose(this.middlewares, async (passed: Messages) => {
      prepared.push(...(await this.prepareNow(passed)));
    })(messages);
    return prepared;
  }

  private prepareNow(messages: Messages): Messages | Promise<Messages> {
    for (const message of messages) this.check(message);
    return this.hasSeparateBuckets(messages)
      ? this.storeSeparateBuckets(messages).then((ready) => ready.messages)
      : messages;
  }

  private async publishNow(messages: Messages): Promise<void> {
    for (const message of messages) this.check(message);
    if (this.hasSeparateBuckets(messages)) await this.publishWithSeparateBuckets(messages);
    else await this.connection.broker.publish(messages);
    reportPublished(this.connection.onJobEvent, messages);
  }

  private async publishWithSeparateBuckets(messages: Messages): Promise<void> {
    await this.refuseDuplicates(messages);
    const { messages: ready, stored } = await this.storeSeparateBuckets(messages);
    try {
      await this.connection.broker.publish(ready);
    } catch (error) {
      await this.takeBack(stored, error);
      throw error;
    }
  }

  /**
   * Runs before separate buckets are stored: storing would overwrite the arguments and the result of the existing job.
   */
  private async refuseDuplicates(messages: Messages): Promise<void> {
    for (const { id, resultId, channel, headers } of messages) {
      if (headers[HEADER.nonce] === undefined) continue; // A job without a nonce has new ids.
      for (const name of [id, resultId]) {
        const takenBy = name === undefined ? undefined : await this.connection.broker.locate(name);
        if (takenBy !== undefined) throw new DuplicateJobError(name as string, channel, takenBy);
      }
    }
  }

  /** Deletes the stored buckets, unless the broker may have the messages, which then need their arguments. */
  private async takeBack(stored: readonly BucketWrite[], error: unknown): Promise<void> {
    if (error instanceof BrokerUnavailableError && error.mayBeDone) return;
    await Promise.allSettled(stored.map(({ id, into }) => into.delete([id])));
  }

  private check(message: OutgoingMessage): void {
    const { broker, maxPayloadBytes } = this.connection;
    checkSize(message, maxPayloadBytes);
    if (message.waits !== undefined) requireCapability(broker, 'dependencies', `"dependsOn" of ${subjectOf(message)}`);
    if (message.priority !== undefined) requireCapability(broker, 'priority', `A priority of ${subjectOf(message)}`);
    if (message.dueAt !== undefined || message.delay !== undefined) {
      requireCapability(broker, 'delay', `A delay of ${subjectOf(message)}`);
    }
  }

  /** True if a message has buckets in a separate store. */
  private hasSeparateBuckets(messages: Messages): boolean {
    return messages.some(({ buckets, clears }) => buckets?.some(this.isSeparate) || clears?.some(this.isSeparate));
  }

  private async storeSeparateBuckets(messages: Messages): Promise<{ messages: Messages; stored: BucketWrite[] }> {
    const stored = messages.flatMap((message) => message.buckets?.filter(this.isSeparate) ?? []);
    const cleared = messages.flatMap((message) => message.clears?.filter(this.isSeparate) ?? []);
    await Promise.all(cleared.map(({ id, into }) => into.delete([id])));
    await this.connection.storeSeparately(stored);
    const ready = messages.map((message) => ({
      ...message,
      buckets: message.buckets?.filter((write) => !this.isSeparate(write)),
      clears: message.clears?.filter((write) => !this.isSeparate(write)),
    }));
    return { messages: ready, stored };
  }
}

/** @throws PayloadTooLargeError */
function checkSize(message: OutgoingMessage, limit: number): void {
  const { payload, headers, buckets } = message;
  if (payload.byteLength > limit) throw tooLarge('The payload', message, payload.byteLength, limit);
  if (payload.byteLength + mostOfHeaders(headers) > limit) checkSizeWithHeaders(message, limit);
  if (buckets === undefined) return;
  for (const { body } of buckets) {
    const size = sizeAbove(limit, body);
    if (size !== undefined) throw tooLarge('The payload', message, size, limit);
  }
}

function checkSizeWithHeaders(message: OutgoingMessage, limit: number): void {
  const size = message.payload.byteLength + sizeOfHeaders(message.headers);
  if (size > limit) throw tooLarge('The payload with the headers', message, size, limit);
}

function tooLarge(what: string, message: OutgoingMessage, size: number, limit: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`${what} of ${subjectOf(message)}`, size, limit);
}

function subjectOf({ headers, channel }: OutgoingMessage): string {
  return `"${shorten(headers[HEADER.topic] ?? 'message', 100)}" for channel "${channel}"`;
}
