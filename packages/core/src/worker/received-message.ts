import type { Actor, RunParameters } from '../actor/index.js';
import { HEADER, type MessageParameters } from '../message/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Inputs } from './inputs.js';

/** What an actor may know of the message that it is run on. */
export abstract class ReceivedMessage {
  constructor(
    readonly actor: Actor,
    protected readonly inFlight: InFlightDelivery,
    protected readonly received: MessageParameters,
    readonly inputs: Inputs,
  ) {}

  get id(): string {
    return this.received.id ?? this.inFlight.delivery.id;
  }

  get channel(): string {
    return this.inFlight.delivery.message.channel;
  }

  get topic(): string | undefined {
    return this.headers[HEADER.topic];
  }

  get payload(): Uint8Array {
    return this.inputs.payload.bytes;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.inFlight.delivery.message.headers;
  }

  get contentType(): string | undefined {
    return this.inFlight.delivery.message.contentType;
  }

  get replyTo(): string | undefined {
    return this.inFlight.delivery.message.replyTo;
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
      timestamp: new Date(timestamp ?? this.inFlight.receivedAt),
      ttl,
    };
  }

  get signal(): AbortSignal {
    return this.inFlight.cancellation.signal;
  }
}
