import type { Actor } from '../actor/index.js';
import { DEFAULTS } from '../defaults.js';
import {
  LostOwnershipError,
  MessageExpiredError,
  TooManyDeliveriesError,
  UnroutedMessageError,
} from '../errors/index.js';
import { isOutage } from '../errors/is-outage.js';
import type { EventListener } from '../events/index.js';
import { HEADER, readParameters, type MessageParameters } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import type { Router } from '../router/index.js';
import { closingFor, type RunResult } from './closing.js';
import { Execution } from './execution.js';
import type { Hand } from './hand.js';
import { loadInputs, NO_INPUTS } from './inputs.js';
import { Run, type RunServices } from './run.js';
import { Settler } from './settler.js';
import { WorkerShutdownError } from './shutdown.js';
import type { TimeLimits } from './time-limits.js';
import { decide, type Ending, type Verdict } from './verdict.js';

/** Takes deliveries through their actors to their settlement. */
export class Runner {
  private readonly settler: Settler;
  private readonly executions: Map<Actor, Execution>;
  private readonly services: RunServices;

  constructor(
    private readonly router: Router,
    private readonly producer: Producer,
    private readonly limits: TimeLimits,
    private readonly maxUnrouted: number,
    private readonly onEvent: EventListener,
  ) {
    this.settler = new Settler(producer);
    this.services = {
      producer,
      settler: this.settler,
      onCallbackError: (run, error) => this.tellCallbackError(run, error),
    };
    this.executions = new Map(router.actors.map((actor) => [actor, this.executionOf(actor)]));
  }

  /** Never rejects: what goes wrong is told as an event, and the delivery comes again. */
  async run(hand: Hand): Promise<void> {
    const { id, message } = hand.delivery;
    try {
      await this.process(hand);
    } catch (error) {
      if (error instanceof LostOwnershipError) this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
      else this.onEvent({ type: 'settlement-failed', id, channel: message.channel, error });
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
      return this.refuse(hand, parameters, error);
    }
    const execution = actor && this.executions.get(actor);
    return execution ? this.runActor(hand, parameters, execution) : this.closeUnrouted(hand, parameters);
  }

  private async runActor(hand: Hand, parameters: MessageParameters, execution: Execution): Promise<void> {
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
    if (failed && isOutage(failed.error)) return this.postpone(run, hand, parameters, failed.error);
    if (actor.options.confirmation === 'ack-first') await run.actFirst();
    const pending = failed ?? execution.execute(run, hand);
    const ending = pending instanceof Promise ? await pending : pending;
    if (ending.type === 'lost') return;
    if (run.isActedOn) await run.finishActing();
    return run.isActedOn ? this.finishActedOn(run, ending) : this.settle(run, ending, parameters, hand);
  }

  /** The actor has settled its message by itself, or it was acknowledged first. */
  private async finishActedOn(run: Run, ending: Ending): Promise<void> {
    const { label, options } = run.actor;
    const result = resultOf(ending);
    if ('error' in result) run.drop();
    if (ending.type === 'threw')
      this.onEvent({ type: 'failure-acknowledged', actor: label, id: run.id, error: ending.error });
    try {
      if (options.confirmation === 'ack-first') await run.storeResult(result);
      await run.flush();
    } catch (error) {
      this.onEvent({ type: 'callback-failed', actor: label, id: run.id, error });
    }
  }

  private async settle(run: Run, ending: Ending, parameters: MessageParameters, hand: Hand): Promise<void> {
    const verdict = judge(run.actor, ending, parameters);
    const closing = closingFor(verdict, returnedBy(run.actor, ending));
    if ('error' in verdict || closing === undefined) run.drop();
    this.tell(run, verdict);
    hand.isLeft = closing === undefined;
    if (!run.hasCallbacks) hand.free();
    try {
      if (closing) await run.act(closing);
    } catch (error) {
      // What stops it before it is handed over, such as a result that cannot be written, is a failure of the run.
      if (run.isActedOn) throw error;
      await this.settleFailed(run, ending, parameters, hand, error);
    }
  }

  private async settleFailed(
    run: Run,
    ending: Ending,
    parameters: MessageParameters,
    hand: Hand,
    error: unknown,
  ): Promise<void> {
    if (ending.type === 'returned') return this.settle(run, { type: 'threw', error }, parameters, hand);
    this.tell(run, { action: 'nack', error });
    await run.act({ action: 'nacked', result: { error } });
  }

  private async closeUnrouted(hand: Hand, parameters: MessageParameters): Promise<void> {
    const { channel, headers } = hand.delivery.message;
    const error = new UnroutedMessageError(headers[HEADER.topic], channel, this.router.topics(channel));
    if (parameters.unrouted + 1 >= this.maxUnrouted) return this.refuse(hand, parameters, error);
    const id = parameters.id ?? hand.delivery.id;
    this.onEvent({ type: 'given-back', actor: headers[HEADER.topic] ?? '(no topic)', id, channel, error });
    await this.settler.settle(
      hand,
      parameters,
      { action: 'unrouted', delay: this.rest(DEFAULTS.unroutedDelay) },
      this.emptyLuggage(),
    );
  }

  /** Gives a message back whose inputs lie out of reach. */
  private async postpone(run: Run, hand: Hand, parameters: MessageParameters, error: unknown): Promise<void> {
    this.tell(run, { action: 'reject', error });
    await this.settler.settle(
      hand,
      parameters,
      { action: 'postponed', delay: this.rest(DEFAULTS.outageDelay) },
      this.emptyLuggage(),
    );
  }

  private rest(delay: number): number {
    return this.producer.connection.broker.capabilities.delay ? delay : 0;
  }

  /** Gives a message up that no actor may be run on. */
  private async refuse(hand: Hand, parameters: MessageParameters, error: unknown): Promise<void> {
    const { channel, headers } = hand.delivery.message;
    const actor = headers[HEADER.topic] ?? '(no topic)';
    this.onEvent({ type: 'dead-lettered', actor, id: parameters.id ?? hand.delivery.id, channel, error });
    await this.settler.settle(
      hand,
      parameters,
      { action: 'nacked', result: { error }, wasNotRun: true },
      { ...this.emptyLuggage(), result: { error } },
    );
  }

  private emptyLuggage(): { followers: []; startedAt: number } {
    return { followers: [], startedAt: this.producer.connection.now() };
  }

  private tellCallbackError(run: Run, error: unknown): void {
    this.onEvent({ type: 'callback-failed', actor: run.actor.label, id: run.id, error });
  }

  private tell(run: Run, verdict: Verdict): void {
    if (verdict.action === 'ack' && !('error' in verdict)) return;
    const about = { actor: run.actor.label, id: run.id };
    if (verdict.action === 'leave') this.onEvent({ type: 'left-unsettled', ...about });
    else if (verdict.action === 'nack')
      this.onEvent({ type: 'dead-lettered', ...about, channel: run.channel, error: verdict.error });
    else if (verdict.action === 'reject')
      this.onEvent({ type: 'given-back', ...about, channel: run.channel, error: verdict.error });
    else if (verdict.action === 'retry')
      this.onEvent({ type: 'retrying', ...about, error: verdict.error, delay: verdict.delay });
    else if ('error' in verdict) this.onEvent({ type: 'failure-acknowledged', ...about, error: verdict.error });
  }

  private executionOf(actor: Actor): Execution {
    return new Execution(actor, this.producer.connection, this.limits, (run, reason) =>
      this.onEvent({ type: 'signal-ignored', actor: actor.label, id: run.id, reason }),
    );
  }
}

const NO_PARAMETERS: MessageParameters = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };

/** What becomes of the message; a policy of the user's that throws is itself a failure. */
function judge(actor: Actor, ending: Ending, { retries }: MessageParameters): Verdict {
  try {
    const { confirmation, onError, retryPolicy } = actor.options;
    return decide(ending, { actor: actor.label, confirmation, onError, retryPolicy, retries });
  } catch (error) {
    return { action: 'nack', error };
  }
}

/** What an actor with `manual-explicit` returns says what to do, it is no result. */
function returnedBy({ options }: Actor, ending: Ending): unknown {
  return ending.type === 'returned' && options.confirmation !== 'manual-explicit' ? ending.value : undefined;
}

function resultOf(ending: Ending): RunResult {
  if (ending.type === 'returned') return { value: ending.value };
  return { error: ending.type === 'threw' ? ending.error : new WorkerShutdownError() };
}

/** A message that was deferred ages from when it was due. */
function checkAge({ ttl, timestamp, dueAt, schedule }: MessageParameters, now: number): void {
  if (ttl === null || timestamp === undefined) return;
  const age = now - Math.max(timestamp, schedule?.dueAt ?? dueAt ?? 0);
  if (age > ttl) throw new MessageExpiredError(ttl, age);
}
