import type { RunEndedError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import { HEADER } from '../message/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Run } from './run.js';
import type { Verdict } from './decide.js';

/** Tells what happens to runs. */
export class RunReports {
  constructor(private readonly onEvent: EventListener) {}

  /** What becomes of a message, save that all is well. */
  verdict(run: Run, verdict: Verdict): void {
    const about = { actor: run.actor.label, id: run.id };
    switch (verdict.action) {
      case 'ack':
        if ('error' in verdict) this.onEvent({ type: 'failure-acknowledged', ...about, error: verdict.error });
        return;
      case 'nack':
        return this.onEvent({ type: 'dead-lettered', ...about, channel: run.channel, error: verdict.error });
      case 'reject':
        return this.onEvent({ type: 'given-back', ...about, channel: run.channel, error: verdict.error });
      case 'retry':
        return this.onEvent({ type: 'retrying', ...about, error: verdict.error, delay: verdict.delay });
      case 'leave':
        return this.onEvent({ type: 'left-unsettled', ...about });
    }
  }

  /** The actor has failed, and its message is settled all the same. */
  failureAcknowledged(run: Run, error: unknown): void {
    this.onEvent({ type: 'failure-acknowledged', actor: run.actor.label, id: run.id, error });
  }

  callbackError(run: Run, error: unknown): void {
    this.onEvent({ type: 'callback-failed', actor: run.actor.label, id: run.id, error });
  }

  refused(run: Run, error: RunEndedError): void {
    this.onEvent({ type: 'refused', actor: run.actor.label, id: run.id, error });
  }

  signalIgnored(run: Run, reason: unknown, since: number): void {
    this.onEvent({ type: 'signal-ignored', actor: run.actor.label, id: run.id, reason, since });
  }

  /** A message was given up that no actor was run on. */
  refusedMessage(about: About, error: unknown): void {
    this.onEvent({ type: 'dead-lettered', ...about, error });
  }

  cancelled(about: About): void {
    this.onEvent({ type: 'cancelled', ...about });
  }

  ownershipLost({ delivery: { id, message } }: InFlightDelivery): void {
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
  }

  settlementFailed({ delivery: { id, message } }: InFlightDelivery, error: unknown): void {
    this.onEvent({ type: 'settlement-failed', id, channel: message.channel, error });
  }
}

/** Names a message. */
export interface About {
  readonly actor: string;
  readonly id: string;
  readonly channel: string;
}

/** Names the message of a delivery by its topic and its own id, where it has those. */
export function aboutMessage({ delivery: { id, message } }: InFlightDelivery): About {
  const { channel, headers } = message;
  return { actor: headers[HEADER.topic] ?? '(no topic)', id: headers[HEADER.id] ?? id, channel };
}
