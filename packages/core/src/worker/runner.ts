import type { Actor } from '../actor/index.js';
import { errorText, LostOwnershipError, MessageExpiredError, TooManyDeliveriesError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { isOutage } from '../errors/is-outage.js';
import { readParameters, type MessageParameters } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import type { Router } from '../router/index.js';
import { ChannelLimits } from './channel-limits.js';
import { closingFor, type ActorResult } from './disposition.js';
import { Execution, type ExecutionResult, type ExecutionParts } from './execution.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { loadInputs, NO_INPUTS } from './inputs.js';
import { aboutMessage, RunReports } from './run-reports.js';
import { Run } from './run.js';
import type { RunServices } from './run-settlement.js';
import { SettlementWriter } from './settlement-writer.js';
import { WorkerShutdownError } from './shutdown.js';
import type { AbandonedRuns } from './abandoned-runs.js';
import type { TimeLimits } from './time-limits.js';
import { UnroutedPolicy } from './unrouted-policy.js';
import { UnstartedDeliveries } from './unstarted-deliveries.js';
import { decide, type RunResult } from './decide.js';

/** What a runner works with. */
export interface RunnerParts {
  readonly router: Router;
  readonly producer: Producer;
  /** Those that its worker takes from. */
  readonly channels: readonly string[];
  readonly limits: TimeLimits;
  readonly abandonedRuns: AbandonedRuns;
  /** How long a message may stay without an actor, in milliseconds. */
  readonly unroutedTimeout: number;
}

/** Takes deliveries through their actors to their settlement. */
export class Runner {
  /** What may be taken of each channel; undefined where no actor has a limit that counts. */
  readonly channelLimits: ChannelLimits | undefined;
  /** Told when an actor may run one more. */
  onSlotFree: (channel: string) => void = () => {};
  private readonly router: Router;
  private readonly producer: Producer;
  private readonly writer: SettlementWriter;
  private readonly reports: RunReports;
  private readonly unstarted: UnstartedDeliveries;
  private readonly executions: ReadonlyMap<Actor, Execution>;
  private readonly services: RunServices;

  constructor({ router, producer, channels, limits, abandonedRuns, unroutedTimeout }: RunnerParts) {
    const { connection } = producer;
    this.router = router;
    this.producer = producer;
    this.writer = new SettlementWriter(producer);
    this.reports = new RunReports(connection.onEvent);
    const unrouted = new UnroutedPolicy(router, unroutedTimeout, connection.onEvent);
    this.unstarted = new UnstartedDeliveries(connection, this.writer, this.reports, unrouted);
    this.services = {
      producer,
      writer: this.writer,
      onCallbackError: (run, error) => this.reports.callbackError(run, error),
      onRefused: (run, error) => this.reports.refused(run, error),
    };
    const parts: ExecutionParts = {
      connection,
      limits,
      abandonedRuns,
      onSignalIgnored: (run, reason, since) => this.reports.signalIgnored(run, reason, since),
      onSlotFree: (channel) => this.onSlotFree(channel),
    };
    this.executions = new Map(router.actors.map((actor) => [actor, new Execution(actor, parts)]));
    this.channelLimits = ChannelLimits.of(
      [...this.executions.values()].map(({ actor, slots }) => ({ channel: actor.options.channel, slots })),
      channels,
    );
  }

  /** Until when a message that was given back, because its actor runs as many as it may, is to come again, by the monotonic clock. */
  get overflowUntil(): number {
    let until = 0;
    for (const { slots } of this.executions.values()) if (slots) until = Math.max(until, slots.overflowUntil);
    return until;
  }

  /** Never rejects: what goes wrong is told as an event, and the delivery comes again. */
  async run(inFlight: InFlightDelivery): Promise<void> {
    try {
      await this.process(inFlight);
    } catch (error) {
      if (inFlight.isCancelled) this.endCancelled(inFlight);
      else if (isA(error, LostOwnershipError)) this.reports.ownershipLost(inFlight);
      else this.reports.settlementFailed(inFlight, error);
    } finally {
      inFlight.releaseSlot();
    }
  }

  private process(inFlight: InFlightDelivery): Promise<void> {
    const { message } = inFlight.delivery;
    let parameters = NO_PARAMETERS;
    let actor: Actor | undefined;
    try {
      parameters = readParameters(message.headers);
      if (inFlight.delivery.isExhausted) throw new TooManyDeliveriesError(inFlight.delivery.deliveryCount - 1);
      checkAge(parameters, inFlight.receivedAt);
      actor = this.router.route(message);
    } catch (error) {
      return this.unstarted.refuse(inFlight, parameters, error);
    }
    const execution = actor && this.executions.get(actor);
    return execution ? this.runActor(inFlight, parameters, execution) : this.unstarted.passOn(inFlight, parameters);
  }

  private async runActor(
    inFlight: InFlightDelivery,
    parameters: MessageParameters,
    execution: Execution,
  ): Promise<void> {
    const delay = execution.slots?.admit(inFlight);
    if (delay !== undefined) return this.unstarted.giveBack(inFlight, parameters, { action: 'postponed', delay });
    const { actor } = execution;
    let inputs = NO_INPUTS;
    let failed: Extract<RunResult, { type: 'threw' }> | undefined;
    try {
      const pending = loadInputs(inFlight.delivery, parameters, execution.asksForResults, this.producer.connection);
      inputs = pending instanceof Promise ? await pending : pending;
    } catch (error) {
      failed = { type: 'threw', error };
    }
    const run = new Run(actor, inFlight, parameters, inputs, this.services);
    if (failed && isOutage(failed.error)) return this.unstarted.postpone(run, inFlight, parameters, failed.error);
    const entering = execution.slots?.enter(inFlight);
    const isIn = entering === undefined || (await entering);
    if (inFlight.cancellation.isAborted || inFlight.isPaused) return this.endBeforeBegin(run, inFlight, parameters);
    if (!isIn)
      return this.unstarted.giveBack(inFlight, parameters, {
        action: 'postponed',
        delay: execution.slots!.delayOf(inFlight),
      });
    if (actor.options.confirmation === 'ack-first') await run.actFirst();
    const pending = failed ?? execution.execute(run, inFlight);
    return this.finish(run, pending instanceof Promise ? await pending : pending, parameters, inFlight);
  }

  /** It was called off, or its channel was paused, before its actor was run. */
  private async endBeforeBegin(run: Run, inFlight: InFlightDelivery, parameters: MessageParameters): Promise<void> {
    if (inFlight.isCancelled) return this.endCancelled(inFlight);
    if (isA(inFlight.cancellation.reason, LostOwnershipError)) return;
    if (inFlight.cancellation.isAborted) this.reports.verdict(run, { action: 'reject' });
    await this.unstarted.giveBack(inFlight, parameters, { action: 'rejected' });
  }

  private async finish(
    run: Run,
    runResult: ExecutionResult,
    parameters: MessageParameters,
    inFlight: InFlightDelivery,
  ): Promise<void> {
    run.close();
    if (runResult.type === 'cancelled') return this.endCancelled(inFlight);
    if (runResult.type === 'lost') return;
    if (run.isActedOn) await run.finishActing();
    return run.isActedOn
      ? this.finishActedOn(run, inFlight, runResult)
      : this.settle(run, runResult, parameters, inFlight);
  }

  /** The actor has settled its message by itself, or it was acknowledged first. */
  private async finishActedOn(run: Run, inFlight: InFlightDelivery, runResult: RunResult): Promise<void> {
    const result = resultOf(runResult);
    if ('error' in result) run.drop();
    if (runResult.type === 'threw') this.reports.failureAcknowledged(run, runResult.error);
    try {
      if (run.actor.options.confirmation === 'ack-first') await run.storeResult(result);
      if ('error' in result && run.action === 'acked') await this.writer.replyError(inFlight, result.error);
    } catch (error) {
      this.reports.callbackError(run, error);
    }
    await this.sendRest(run, inFlight);
  }

  private async settle(
    run: Run,
    runResult: RunResult,
    parameters: MessageParameters,
    inFlight: InFlightDelivery,
  ): Promise<void> {
    const { confirmation, onError, retryPolicy } = run.actor.options;
    const { retries } = parameters;
    const verdict = decide(runResult, { actor: run.actor.label, confirmation, onError, retryPolicy, retries });
    const closing = closingFor(verdict, returnedBy(run.actor, runResult));
    if ('error' in verdict || closing === undefined) run.drop();
    this.reports.verdict(run, verdict);
    inFlight.isLeftUnsettled = closing === undefined;
    if (!run.hasCallbacks) inFlight.free();
    try {
      if (closing) await run.act(closing);
    } catch (error) {
      // What stops it before it is handed over, such as a result that cannot be written, is a failure of the run.
      if (run.isActedOn) throw error;
      return this.settleFailed(run, runResult, parameters, inFlight, error);
    }
    if (run.hasMore) await this.sendRest(run, inFlight);
  }

  private async settleFailed(
    run: Run,
    runResult: RunResult,
    parameters: MessageParameters,
    inFlight: InFlightDelivery,
    problem: unknown,
  ): Promise<void> {
    if (runResult.type === 'returned') return this.settle(run, { type: 'threw', error: problem }, parameters, inFlight);
    const error = runResult.type === 'threw' ? bothOf(runResult.error, problem) : problem;
    this.reports.verdict(run, { action: 'nack', error });
    await run.act({ action: 'nacked', result: { error } });
  }

  /** What is to be sent and called after the settlement. Its place in the worker is free when that is over, or takes too long. */
  private async sendRest(run: Run, inFlight: InFlightDelivery): Promise<void> {
    try {
      if (run.hasMore) await run.finish();
    } catch (error) {
      this.reports.callbackError(run, error);
    }
    inFlight.free();
  }

  /** The broker has ended the job already. */
  private endCancelled(inFlight: InFlightDelivery): void {
    inFlight.isLeftUnsettled = true;
    this.reports.cancelled(aboutMessage(inFlight));
  }
}

const NO_PARAMETERS: MessageParameters = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };

/** What an actor with `manual-explicit` returns says what to do, it is no result. */
function returnedBy({ options }: Actor, runResult: RunResult): unknown {
  return runResult.type === 'returned' && options.confirmation !== 'manual-explicit' ? runResult.value : undefined;
}

function resultOf(runResult: RunResult): ActorResult {
  if (runResult.type === 'returned') return { value: runResult.value };
  return { error: runResult.type === 'threw' ? runResult.error : new WorkerShutdownError() };
}

/** The error of the actor, and what then stood in the way of its settlement: neither hides the other. */
function bothOf(failure: unknown, problem: unknown): unknown {
  if (failure === problem) return failure;
  return new AggregateError(
    [failure, problem],
    `The actor failed: ${errorText(failure)} Then its message could not be settled as its failure asks: ${errorText(problem)}`,
  );
}

/** A message that was deferred ages from when it was due. */
function checkAge({ ttl, timestamp, dueAt, schedule }: MessageParameters, now: number): void {
  if (ttl === null || timestamp === undefined) return;
  const age = now - Math.max(timestamp, schedule?.dueAt ?? dueAt ?? 0);
  if (age > ttl) throw new MessageExpiredError(ttl, age);
}
