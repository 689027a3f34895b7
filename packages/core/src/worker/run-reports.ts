import { ignoreRejection } from '../errors/ignore-rejection.js';
import type { RunEndedError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import { HEADER } from '../message/index.js';
import { failureOf, type Disposition } from './disposition.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** What an event says of a run. */
export interface ReportedRun {
  readonly actor: { readonly label: string };
  readonly id: string;
  readonly channel: string;
}

/** Emits the events of runs and deliveries. */
export class RunReports {
  constructor(private readonly onEvent: EventListener) {}

  /** Reports what is done with a message. A success is not reported. */
  disposition(run: ReportedRun, disposition: Disposition): void {
    const { action } = disposition;
    if (action === 'ack') return this.acknowledged(run, failureOf(disposition));
    if (action === 'leave') return this.onEvent({ type: 'left-unsettled', ...nameOf(run) });
    const about = { ...nameOf(run), error: failureOf(disposition)?.error };
    if (action === 'nack') return this.onEvent({ type: 'dead-lettered', ...about, channel: run.channel });
    if (action === 'reject') return this.onEvent({ type: 'given-back', ...about, channel: run.channel });
    if (action === 'retry') return this.onEvent({ type: 'retrying', ...about, delay: disposition.delay });
  }

  /** The actor failed after its message was settled. */
  failureAcknowledged(run: ReportedRun, error: unknown): void {
    this.onEvent({ type: 'failure-acknowledged', ...nameOf(run), error });
  }

  callbackFailed(run: ReportedRun, error: unknown): void {
    ignoreRejection(error);
    this.onEvent({ type: 'callback-failed', ...nameOf(run), error });
  }

  /** A call of the actor came too late. */
  refused(run: ReportedRun, error: RunEndedError): void {
    this.onEvent({ type: 'refused', ...nameOf(run), error });
  }

  signalIgnored(run: ReportedRun, reason: unknown, since: number): void {
    this.onEvent({ type: 'signal-ignored', ...nameOf(run), reason, since });
  }

  /** A message went to the dead letters without a run. */
  deadLetteredUnrun(inFlight: InFlightDelivery, error: unknown): void {
    this.onEvent({ type: 'dead-lettered', ...messageOf(inFlight), error });
  }

  cancelled(inFlight: InFlightDelivery): void {
    this.onEvent({ type: 'cancelled', ...messageOf(inFlight) });
  }

  ownershipLost({ delivery: { id, message } }: InFlightDelivery): void {
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
  }

  settlementFailed({ delivery: { id, message } }: InFlightDelivery, error: unknown): void {
    this.onEvent({ type: 'settlement-failed', id, channel: message.channel, error });
  }

  private acknowledged(run: ReportedRun, failure: { readonly error?: unknown } | undefined): void {
    if (failure) this.failureAcknowledged(run, failure.error);
  }
}

function nameOf({ actor, id }: ReportedRun): { actor: string; id: string } {
  return { actor: actor.label, id };
}

/** Names a message by its topic, and by its own id if it has one. */
function messageOf({ delivery: { id, message } }: InFlightDelivery): { actor: string; id: string; channel: string } {
  const { channel, headers } = message;
  return { actor: headers[HEADER.topic] ?? '(no topic)', id: headers[HEADER.id] ?? id, channel };
}
