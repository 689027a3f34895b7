import { monotonic } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
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

/** When an actor began and ended, by the monotonic clock, in milliseconds. */
export interface RunTiming {
  readonly startedAt: number;
  endedAt?: number;
}

/** A run whose actor is called. */
export interface StartedRun extends ReportedRun {
  readonly attempt: number;
  /** Undefined if nobody listened when it began. */
  timing?: RunTiming;
}

/** Emits the events of runs and deliveries. */
export class RunReports {
  private readonly onEvent: EventListener;

  constructor(private readonly connection: Connection) {
    this.onEvent = connection.onEvent;
  }

  started(run: StartedRun): void {
    const { onJobEvent } = this.connection;
    if (onJobEvent === undefined) return;
    run.timing = { startedAt: this.now() };
    onJobEvent({ type: 'started', ...nameOf(run), channel: run.channel, attempt: run.attempt });
  }

  ended({ timing }: StartedRun): void {
    if (timing) timing.endedAt = this.now();
  }

  /** The run has succeeded, and its settlement is committed. */
  succeeded(run: StartedRun): void {
    const { onJobEvent } = this.connection;
    if (onJobEvent && run.timing)
      onJobEvent({ type: 'succeeded', ...nameOf(run), channel: run.channel, duration: this.durationOf(run.timing) });
  }

  failed(run: StartedRun, error: unknown): void {
    const { onJobEvent } = this.connection;
    if (onJobEvent === undefined || run.timing === undefined) return;
    const about = { ...nameOf(run), channel: run.channel, attempt: run.attempt };
    onJobEvent({ type: 'failed', ...about, duration: this.durationOf(run.timing), error });
  }

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

  /** An aborted run may not have ended yet. */
  private durationOf({ startedAt, endedAt = this.now() }: RunTiming): number {
    return endedAt - startedAt;
  }

  private now(): number {
    return monotonic(this.connection.broker.clock);
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
