import { requireCapability } from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { BrokerUnavailableError, DuplicateJobError, PayloadTooLargeError } from '../errors/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import { compose } from '../middleware/compose.js';
import type { ProducerMiddleware } from '../middleware/index.js';

type Messages = readonly OutgoingMessage[];

/** Sees messages off: middlewares, checks, buckets that lie elsewhere, then the broker. */
export class Producer {
  constructor(
    readonly connection: Connection,
    private readonly middlewares: readonly ProducerMiddleware[],
  ) {}

  /** Publishes all or none, now. */
  async publish(messages: Messages): Promise<void> {
    if (messages.length === 0) return;
    await this.connection.ready();
    await compose(this.middlewares, (passed: Messages) => this.publishNow(passed))(messages);
  }

  /** What a settlement is to publish: checked, with buckets that lie elsewhere stored already. */
  async prepare(messages: Messages): Promise<Messages> {
    if (messages.length === 0) return messages;
    const prepared: OutgoingMessage[] = [];
    await compose(this.middlewares, async (passed: Messages) => {
      for (const message of passed) this.check(message);
      prepared.push(...(await this.storeBucketsApart(passed)).messages);
    })(messages);
    return prepared;
  }

  private async publishNow(messages: Messages): Promise<void> {
    for (const message of messages) this.check(message);
    await this.refuseDuplicates(messages);
    const { messages: ready, stored } = await this.storeBucketsApart(messages);
    try {
      await this.connection.broker.publish(ready);
    } catch (error) {
      await this.takeBack(stored, error);
      throw error;
    }
  }

  /** Before anything is stored apart, for that would overwrite the arguments and the result of the job that is there. */
  private async refuseDuplicates(messages: Messages): Promise<void> {
    for (const { id, channel, clears } of messages) {
      if (id === undefined || clears === undefined || clears.every(({ into }) => this.connection.isJoined(into)))
        continue;
      if ((await this.connection.broker.locate(channel, id)) !== undefined) throw new DuplicateJobError(id, channel);
    }
  }

  /** Where the broker was out of reach it may have taken the messages all the same, and they need their arguments. */
  private async takeBack(stored: readonly BucketWrite[], error: unknown): Promise<void> {
    if (error instanceof BrokerUnavailableError) return;
    await Promise.allSettled(stored.map(({ id, into }) => into.delete([id])));
  }

  private check(message: OutgoingMessage): void {
    const { broker, maxPayloadBytes } = this.connection;
    const subject = `"${message.headers[HEADER.topic] ?? 'message'}" for channel "${message.channel}"`;
    for (const size of sizesOf(message)) {
      if (size > maxPayloadBytes) throw new PayloadTooLargeError(subject, size, maxPayloadBytes);
    }
    if (message.waits !== undefined) requireCapability(broker, 'dependencies', `"dependsOn" of ${subject}`);
    if (message.priority !== undefined) requireCapability(broker, 'priority', `A priority of ${subject}`);
    if (message.dueAt !== undefined || message.delay !== undefined) {
      requireCapability(broker, 'delay', `A delay of ${subject}`);
    }
  }

  private async storeBucketsApart(messages: Messages): Promise<{ messages: Messages; stored: BucketWrite[] }> {
    if (messages.every((message) => message.buckets === undefined && message.clears === undefined)) {
      return { messages, stored: [] };
    }
    const isApart = ({ into }: Pick<BucketWrite, 'into'>): boolean => !this.connection.isJoined(into);
    const stored = messages.flatMap((message) => message.buckets?.filter(isApart) ?? []);
    const cleared = messages.flatMap((message) => message.clears?.filter(isApart) ?? []);
    await Promise.all(cleared.map(({ id, into }) => into.delete([id])));
    await this.connection.storeApart(stored);
    const ready = messages.map((message) => ({
      ...message,
      buckets: message.buckets?.filter((write) => !isApart(write)),
      clears: message.clears?.filter((write) => !isApart(write)),
    }));
    return { messages: ready, stored };
  }
}

function sizesOf({ payload, buckets }: OutgoingMessage): number[] {
  if (buckets === undefined) return [payload.byteLength];
  return [payload.byteLength, ...buckets.map(({ body }) => Buffer.byteLength(body))];
}
