import type { Actor } from '../actor/index.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { errorText, LostOwnershipError, MessageExpiredError, TooManyDeliveriesError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { isOutage } from '../errors/is-outage.js';
import { readParameters, type MessageParameters } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import type { Router } from '../router/index.js';
import { ChannelLimits } from './channel-limits.js';
import { closingFor, type RunResult } from './closing.js';
import { Execution, type ExecutionEnding, type ExecutionParts } from './execution.js';
import type { Hand } from './hand.js';
import { loadInputs, NO_INPUTS } from './inputs.js';
import { aboutMessage, RunReports } from './run-reports.js';
import { Run } from './run.js';
import type { RunServices } from './run-settlement.js';
import { Settler } from './settler.js';
import { WorkerShutdownError } from './shutdown.js';
import type { Strays } from './strays.js';
import type { TimeLimits } from './time-limits.js';
import { Unrouted } from './unrouted.js';
import { UnrunMessages } from './unrun-messages.js';
import { decide, type Ending } from './verdict.js';

/** What a runner works with. */
export interface RunnerParts {
  readonly router: Router;
  readonly producer: Producer;
  /** Those that its worker takes from. */
  readonly channels: readonly string[];
  readonly limits: TimeLimits;
  readonly strays: Strays;
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
  private readonly settler: Settler;
  private readonly reports: RunReports;
  private readonly unrun: UnrunMessages;
  private readonly executions: ReadonlyMap<Actor, Execution>;
  private readonly services: RunServices;

  constructor({ router, producer, channels, limits, strays, unroutedTimeout }: RunnerParts) {
    const { connection } = producer;
    this.router = router;
    this.producer = producer;
    this.settler = new Settler(producer);
    this.reports = new RunReports(connection.onEvent);
    const unrouted = new Unrouted(router, unroutedTimeout, connection.onEvent);
    this.unrun = new UnrunMessages(connection, this.settler, this.reports, unrouted);
    this.services = {
      producer,
      settler: this.settler,
      onCallbackError: (run, error) => this.reports.callbackError(run, error),
      onRefused: (run, error) => this.reports.refused(run, error),
    };
    const parts: ExecutionParts = {
      connection,
      limits,
      strays,
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
  get surplusUntil(): number {
    let until = 0;
    for (const { slots } of this.executions.values()) if (slots) until = Math.max(until, slots.surplusUntil);
    return until;
  }

  /** Never rejects: what goes wrong is told as an event, and the delivery comes again. */
  async run(hand: Hand): Promise<void> {
    try {
      await this.process(hand);
    } catch (error) {
      if (hand.isCancelled) this.endCancelled(hand);
      else if (isA(error, LostOwnershipError)) this.reports.ownershipLost(hand);
      else this.reports.settlementFailed(hand, error);
    } finally {
      hand.leaveLane();
    }
  }

  private process(hand: Hand): Promise<void> {
    const { message } = hand.delivery;
    let parameters = NO_PARAMETERS;
    let actor: Actor | undefined;
    try {
      parameters = readParameters(message.headers);
      if (hand.delivery.isExhausted) throw new TooManyDeliveriesError(hand.delivery.deliveryCount - 1);
      checkAge(parameters, hand.receivedAt);
      actor = this.router.route(message);
    } catch (error) {
      ignoreRejection(error); // What a routing function throws may be anything.
      return this.unrun.refuse(hand, parameters, error);
    }
    const execution = actor && this.executions.get(actor);
    return execution ? this.runActor(hand, parameters, execution) : this.unrun.closeUnrouted(hand, parameters);
  }

  private async runActor(hand: Hand, parameters: MessageParameters, execution: Execution): Promise<void> {
    const delay = execution.slots?.admit(hand);
    if (delay !== undefined) return this.unrun.giveBack(hand, parameters, { action: 'postponed', delay });
    const { actor } = execution;
    let inputs = NO_INPUTS;
    let failed: Extract<Ending, { type: 'threw' }> | undefined;
    try {
      const pending = loadInputs(hand.delivery, parameters, execution.asksForResults, this.producer.connection);
      inputs = pending instanceof Promise ? await pending : pending;
    } catch (error) {
      failed = { type: 'threw', error };
    }
    const run = new Run(actor, hand, parameters, inputs, this.services);
    if (failed && isOutage(failed.error)) return this.unrun.postpone(run, hand, parameters, failed.error);
    const entering = execution.slots?.enter(hand);
    const isIn = entering === undefined || (await entering);
    if (hand.cancellation.isAborted || hand.isPaused) return this.endBeforeBegin(run, hand, parameters);
    if (!isIn)
      return this.unrun.giveBack(hand, parameters, { action: 'postponed', delay: execution.slots!.delayOf(hand) });
    if (actor.options.confirmation === 'ack-first') await run.actFirst();
    const pending = failed ?? execution.execute(run, hand);
    return this.finish(run, pending instanceof Promise ? await pending : pending, parameters, hand);
  }

  /** It was called off, or its channel was paused, before its actor was run. */
  private async endBeforeBegin(run: Run, hand: Hand, parameters: MessageParameters): Promise<void> {
    if (hand.isCancelled) return this.endCancelled(hand);
    if (isA(hand.cancellation.reason, LostOwnershipError)) return;
    if (hand.cancellation.isAborted) this.reports.verdict(run, { action: 'reject' });
    await this.unrun.giveBack(hand, parameters, { action: 'rejected' });
  }

  private async finish(run: Run, ending: ExecutionEnding, parameters: MessageParameters, hand: Hand): Promise<void> {
    run.close();
    if (ending.type === 'cancelled') return this.endCancelled(hand);
    if (ending.type === 'lost') return;
    if (run.isActedOn) await run.finishActing();
    return run.isActedOn ? this.finishActedOn(run, hand, ending) : this.settle(run, ending, parameters, hand);
  }

  /** The actor has settled its message by itself, or it was acknowledged first. */
  private async finishActedOn(run: Run, hand: Hand, ending: Ending): Promise<void> {
    const result = resultOf(ending);
    if ('error' in result) run.drop();
    if (ending.type === 'threw') this.reports.failureAcknowledged(run, ending.error);
    try {
      if (run.actor.options.confirmation === 'ack-first') await run.storeResult(result);
      if ('error' in result && run.action === 'acked') await this.settler.replyError(hand, result.error);
    } catch (error) {
      this.reports.callbackError(run, error);
    }
    await this.sendRest(run, hand);
  }

  private async settle(run: Run, ending: Ending, parameters: MessageParameters, hand: Hand): Promise<void> {
    const { confirmation, onError, retryPolicy } = run.actor.options;
    const { retries } = parameters;
    const verdict = decide(ending, { actor: run.actor.label, confirmation, onError, retryPolicy, retries });
    const closing = closingFor(verdict, returnedBy(run.actor, ending));
    if ('error' in verdict || closing === undefined) run.drop();
    this.reports.verdict(run, verdict);
    hand.isLeft = closing === undefined;
    if (!run.hasCallbacks) hand.free();
    try {
      if (closing) await run.act(closing);
    } catch (error) {
      // What stops it before it is handed over, such as a result that cannot be written, is a failure of the run.
      if (run.isActedOn) throw error;
      return this.settleFailed(run, ending, parameters, hand, error);
    }
    if (run.hasMore) await this.sendRest(run, hand);
  }

  private async settleFailed(
    run: Run,
    ending: Ending,
    parameters: MessageParameters,
    hand: Hand,
    problem: unknown,
  ): Promise<void> {
    if (ending.type === 'returned') return this.settle(run, { type: 'threw', error: problem }, parameters, hand);
    const error = ending.type === 'threw' ? bothOf(ending.error, problem) : problem;
    this.reports.verdict(run, { action: 'nack', error });
    await run.act({ action: 'nacked', result: { error } });
  }

  /** What is to be sent and called after the settlement. Its place in the worker is free when that is over, or takes too long. */
  private async sendRest(run: Run, hand: Hand): Promise<void> {
    try {
      if (run.hasMore) await run.finish();
    } catch (error) {
      this.reports.callbackError(run, error);
    }
    hand.free();
  }

  /** The broker has ended the job already. */
  private endCancelled(hand: Hand): void {
    hand.isLeft = true;
    this.reports.cancelled(aboutMessage(hand));
  }
}

const NO_PARAMETERS: MessageParameters = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };

/** What an actor with `manual-explicit` returns says what to do, it is no result. */
function returnedBy({ options }: Actor, ending: Ending): unknown {
  return ending.type === 'returned' && options.confirmation !== 'manual-explicit' ? ending.value : undefined;
}

function resultOf(ending: Ending): RunResult {
  if (ending.type === 'returned') return { value: ending.value };
  return { error: ending.type === 'threw' ? ending.error : new WorkerShutdownError() };
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
