import type { Consumer, Delivery } from '../broker/index.js';
import { keepAlive } from '../clock/keep-alive.js';
import type { Connection } from '../connection/connection.js';
import { BrokerClosedError, RequestFailedError } from '../errors/index.js';
import { isOutage } from '../errors/is-outage.js';
import { replyTimeout } from '../errors/timeouts.js';
import { newId } from '../job/new-id.js';
import {
  formatReplyAddress,
  HEADER,
  type Message,
  type OutgoingMessage,
  parseReplyAddress,
  REPLY_CHANNELS,
} from '../message/index.js';
import { DirectReplies } from './direct-replies.js';
import type { Publisher } from './publisher.js';

/** How many replies are received at once. */
const BATCH = 100;

interface OpenRequest {
  /** The channel that the request was sent to. */
  readonly channel: string;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends requests and awaits their replies, on one reply channel that is created with the connection's first request.
 * The reply address identifies the request: `msg.reply()` copies it into a header; other programs reply to the address
 * itself.
 */
export class Requests {
  private readonly channel = `${REPLY_CHANNELS}${newId()}`;
  private readonly open = new Map<string, OpenRequest>();
  private consumer: Promise<Consumer> | undefined;
  private readonly connection: Connection;
  private readonly direct: DirectReplies;

  constructor(private readonly publisher: Publisher) {
    this.connection = publisher.connection;
    this.direct = new DirectReplies(this.connection, (address, reply) =>
      this.resolve(parseReplyAddress(address)?.correlation, reply),
    );
  }

  /** @throws TimeoutError after `timeout` milliseconds; RequestFailedError if the actor fails for good */
  async request(message: OutgoingMessage, timeout: number): Promise<unknown> {
    await this.connection.ready();
    await this.listen();
    const correlation = newId();
    const replyTo = this.addressOf(correlation);
    const letExit = keepAlive();
    this.direct.watch(replyTo);
    try {
      const reply = this.awaitReply(correlation, message, timeout);
      const sending = this.publisher.publish([{ ...message, replyTo }]);
      await Promise.all([sending.catch((error: unknown) => this.giveUp(correlation, error)), reply]);
      return await reply;
    } finally {
      letExit();
    }
  }

  /** Rejects open requests with BrokerClosedError, and deletes the reply channel. */
  async close(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    for (const { reject } of this.open.values()) reject(new BrokerClosedError(this.connection.broker.name));
    this.open.clear();
    if (consumer === undefined) return;
    try {
      await this.leave(await consumer);
    } catch (problem) {
      this.connection.onEvent({ type: 'broker-problem', problem }); // The messages left behind expire.
    }
  }

  private async leave(consumer: Consumer): Promise<void> {
    const { broker } = this.connection;
    await consumer.close();
    await this.direct.close();
    if (broker.capabilities.administration) await broker.channels.delete(this.channel);
  }

  private addressOf(correlation: string): string {
    return formatReplyAddress({ channel: this.channel, correlation });
  }

  private async listen(): Promise<void> {
    this.consumer ??= this.start().catch((error: unknown) => {
      this.consumer = undefined;
      throw error;
    });
    await this.consumer;
  }

  private awaitReply(correlation: string, { channel }: Message, timeout: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancelTimer = this.connection.broker.clock.schedule(() => {
        this.open.delete(correlation);
        this.direct.expectLate(this.addressOf(correlation));
        reject(replyTimeout(channel, timeout));
      }, timeout);
      const settled = (settle: (outcome: unknown) => void) => (outcome: unknown) => {
        cancelTimer();
        settle(outcome);
      };
      this.open.set(correlation, { channel, resolve: settled(resolve), reject: settled(reject) });
    });
  }

  /** Rejects the request. If the broker was unreachable it may have the message, and a reply may still come. */
  private giveUp(correlation: string, error: unknown): void {
    this.open.get(correlation)?.reject(error);
    this.open.delete(correlation);
    if (isOutage(error)) this.direct.expectLate(this.addressOf(correlation));
    else this.direct.forget(this.addressOf(correlation));
  }

  private async start(): Promise<Consumer> {
    const { broker, onEvent } = this.connection;
    const onProblem = (problem: Error): void => onEvent({ type: 'broker-problem', problem });
    const consumer = await broker.consume({ channels: [this.channel], onProblem });
    void this.takeReplies(consumer)
      .catch((problem: unknown) => onEvent({ type: 'broker-problem', problem }))
      .finally(() => (this.consumer = undefined));
    return consumer;
  }

  private async takeReplies(consumer: Consumer): Promise<void> {
    for (;;) {
      const deliveries = await consumer.receive(BATCH, { wait: true });
      if (deliveries.length === 0) return; // Closed by `close()`, or together with its broker.
      await Promise.all(deliveries.map((delivery) => this.take(delivery)));
    }
  }

  /**
   * Resolves the request before the acknowledgement: if that fails, the reply is delivered again, and is then
   * unexpected.
   */
  private async take(delivery: Delivery): Promise<void> {
    this.resolve(delivery.message.headers[HEADER.correlation], delivery.message);
    try {
      await delivery.settle({ outcome: { type: 'ack' } });
    } catch (problem) {
      this.connection.onEvent({ type: 'broker-problem', problem });
    }
  }

  private resolve(correlation = '', message: Message): void {
    const request = this.open.get(correlation);
    this.direct.forget(this.addressOf(correlation));
    if (request === undefined) return this.connection.onEvent({ type: 'reply-unexpected', channel: this.channel });
    this.open.delete(correlation);
    const failure = message.headers[HEADER.error];
    if (failure !== undefined) return request.reject(failedRequest(request.channel, failure));
    try {
      request.resolve(this.connection.serializerFor(message.contentType).decode(message.payload));
    } catch (error) {
      request.reject(error);
    }
  }
}

/** @param text the actor's error as JSON */
function failedRequest(channel: string, text: string): RequestFailedError {
  return new RequestFailedError(channel, reasonFrom(text));
}

function reasonFrom(text: string): RequestFailedError['reason'] {
  try {
    const { code, name, message } = Object(JSON.parse(text)) as Record<string, unknown>;
    if ([code, name, message].every((member) => typeof member === 'string'))
      return { code, name, message } as RequestFailedError['reason'];
  } catch {
    // Reported below.
  }
  return { code: 'Error', name: 'Error', message: 'The reply does not say why.' };
}
