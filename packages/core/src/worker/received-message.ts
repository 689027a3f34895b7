import type { Actor, RunParameters } from '../actor/index.js';
import { HEADER, type MessageParameters } from '../message/index.js';
import type { Hand } from './hand.js';
import type { Inputs } from './inputs.js';

/** What an actor may know of the message that it is run on. */
export abstract class ReceivedMessage {
  constructor(
    readonly actor: Actor,
    protected readonly hand: Hand,
    protected readonly received: MessageParameters,
    readonly inputs: Inputs,
  ) {}

  get id(): string {
    return this.received.id ?? this.hand.delivery.id;
  }

  get channel(): string {
    return this.hand.delivery.message.channel;
  }

  get topic(): string | undefined {
    return this.headers[HEADER.topic];
  }

  get payload(): Uint8Array {
    return this.inputs.payload.bytes;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.hand.delivery.message.headers;
  }

  get contentType(): string | undefined {
    return this.hand.delivery.message.contentType;
  }

  get replyTo(): string | undefined {
    return this.hand.delivery.message.replyTo;
  }

  /** How long the run may take, in milliseconds. */
  get timeout(): number {
    return this.received.timeout ?? this.actor.options.timeout;
  }

  get parameters(): RunParameters {
    const { result, retries, timestamp, ttl } = this.received;
    return {
      result,
      retries,
      timeout: this.timeout,
      timestamp: new Date(timestamp ?? this.hand.receivedAt),
      ttl,
    };
  }

  get signal(): AbortSignal {
    return this.hand.cancellation.signal;
  }
}
