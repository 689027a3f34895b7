import type { Actor, RunParameters } from '../actor/index.js';
import { HEADER } from '../message/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Inputs } from './inputs.js';

/** The message of a run, as its actor reads it. */
export abstract class ReceivedMessage {
  constructor(
    readonly actor: Actor,
    readonly inFlight: InFlightDelivery,
    readonly inputs: Inputs,
  ) {}

  get id(): string {
    return this.inFlight.parameters.id ?? this.inFlight.delivery.id;
  }

  /** How often an actor was started for the message, this time included. */
  get attempt(): number {
    return this.inFlight.parameters.retries.alreadyTried + this.inFlight.delivery.deliveryCount;
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

  /** The timeout of the run, in milliseconds. */
  get timeout(): number {
    return this.inFlight.parameters.timeout ?? this.actor.options.timeout;
  }

  get parameters(): RunParameters {
    const { result, retries, timestamp, ttl } = this.inFlight.parameters;
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
