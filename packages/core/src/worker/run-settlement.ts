import type { Actor } from '../actor/index.js';
import type { Settlement } from '../broker/index.js';
import { LostOwnershipError, SerializationError } from '../errors/index.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { isA } from '../errors/is-a.js';
import { isOutage } from '../errors/is-outage.js';
import { endTimeout } from '../errors/timeouts.js';
import type { Producer } from '../producer/producer.js';
import { isFinal } from './decide.js';
import { isDone, type ActorResult, type SettlingDisposition } from './disposition.js';
import { noteEnqueued, toMessages, type Follower } from './followers.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { RunEffects } from './run-effects.js';
import type { ReportedRun, RunReports } from './run-reports.js';
import type { SettlementEffects, SettlementWriter } from './settlement-writer.js';
import { withTimeout } from './with-timeout.js';

/** What all runs of a worker use. */
export interface RunServices {
  readonly producer: Producer;
  readonly writer: SettlementWriter;
  readonly reports: RunReports;
}

/** The run that is settled. */
export interface SettledRun extends ReportedRun {
  readonly actor: Actor;
  readonly timeout: number;
  /** Called if a settlement was refused as a whole, so that another one can be tried. */
  reopen(): void;
}

/** Settles a run with its effects, then sends and calls what was added after the settlement. */
export class RunSettlement {
  /** Why a settlement that was handed to the broker may not be committed. */
  loss: { readonly error: unknown } | undefined;
  /** The settlement that was started. */
  private settling: Promise<void> | undefined;
  private calling: Promise<void> | undefined;
  private activeCallers = 0;
  private hasTimedOut = false;
  private readonly startedAt: number;

  constructor(
    private readonly run: SettledRun,
    private readonly inFlight: InFlightDelivery,
    private readonly effects: RunEffects,
    private readonly services: RunServices,
  ) {
    this.startedAt = services.producer.connection.now();
  }

  /** True while callbacks run within their time limit. */
  get isCallingBack(): boolean {
    return this.activeCallers > 0 && !this.hasTimedOut;
  }

  /** @param isDelegated true if another job stores the result */
  settle(disposition: SettlingDisposition, isDelegated: boolean): Promise<void> {
    this.settling = this.prepareAndCommit(disposition, isDelegated);
    return this.settling;
  }

  /** Resolves when a started settlement has ended. Rejects if it was handed to the broker and may not be committed. */
  async finish(): Promise<void> {
    await this.settling?.catch(() => {});
    if (this.loss) throw this.loss.error;
  }

  /** Acknowledges before the actor runs. Nothing is stored or sent. */
  ackFirst(): Promise<void> {
    const effects = { followers: [], startedAt: this.startedAt };
    return this.services.writer.settle(this.inFlight, { action: 'ack', result: { value: undefined } }, effects);
  }

  /** Stores the result of a message that was acknowledged before its actor ran. */
  async storeResult(result: ActorResult): Promise<void> {
    const { writer } = this.services;
    try {
      await writer.storeResult(this.inFlight, this.converted(this.effects.choose(result)), this.startedAt);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await writer.storeResult(this.inFlight, { error }, this.startedAt);
    }
  }

  /** Calls the callbacks in the order in which they were added. An error is reported and does not stop the others. */
  callBack(): Promise<void> {
    if (this.effects.hasCallbacks) this.calling = this.callAll();
    return this.calling ?? Promise.resolve();
  }

  /** Sends what was added after the settlement, calls the callbacks, and sends what these add. @throws TimeoutError */
  sendAndCallBack(): Promise<void> {
    const { clock } = this.services.producer.connection.broker;
    const { actor, timeout } = this.run;
    return withTimeout(clock, timeout, this.sendAndCall(), () => {
      this.hasTimedOut = true;
      return endTimeout(actor.label, 'What follows the settlement', timeout);
    });
  }

  private async sendAndCall(): Promise<void> {
    await this.calling;
    await this.sendFollowers();
    await this.callBack();
    await this.sendFollowers();
  }

  private async callAll(): Promise<void> {
    this.activeCallers += 1;
    for (let callback = this.effects.takeCallback(); callback; callback = this.effects.takeCallback()) {
      try {
        await callback();
      } catch (error) {
        this.services.reports.callbackFailed(this.run, error);
      }
    }
    this.activeCallers -= 1;
  }

  private async sendFollowers(): Promise<void> {
    const followers = this.effects.takeFollowers();
    if (followers.length === 0) return;
    await this.effects.inContext(() => this.services.producer.publish(toMessages(followers)));
    noteEnqueued(followers);
  }

  private async prepareAndCommit(disposition: SettlingDisposition, isDelegated: boolean): Promise<void> {
    const taken = this.effects.takeFollowers();
    const followers = isDone(disposition) ? taken : NONE;
    const pending = this.prepare(disposition, followers, isDelegated, taken);
    const settlement = pending instanceof Promise ? await pending : pending;
    try {
      await this.services.writer.commit(this.inFlight, settlement);
    } catch (error) {
      if (isA(error, LostOwnershipError) || isOutage(error)) this.loss = { error };
      else this.run.reopen(); // Refused as a whole: another settlement can be tried.
      throw error;
    }
    noteEnqueued(followers);
  }

  /** An error here means that nothing was handed to the broker. Another settlement can be tried. */
  private prepare(
    disposition: SettlingDisposition,
    followers: readonly Follower[],
    isDelegated: boolean,
    taken: readonly Follower[],
  ): Settlement | Promise<Settlement> {
    const undo = (error: unknown): never => {
      this.effects.returnFollowers(taken);
      if (isOutage(error)) this.loss = { error };
      else this.run.reopen();
      throw error;
    };
    try {
      const effects = this.effectsOf(disposition, followers, isDelegated);
      const { writer } = this.services;
      const pending = this.effects.inContext(() => writer.prepare(this.inFlight, disposition, effects));
      return pending instanceof Promise ? pending.catch(undo) : pending;
    } catch (error) {
      return undo(error);
    }
  }

  private effectsOf(
    disposition: SettlingDisposition,
    followers: readonly Follower[],
    isDelegated: boolean,
  ): SettlementEffects {
    const result = this.resultFor(disposition, isDelegated);
    const messages = toMessages(followers);
    return {
      result: result && this.converted(result),
      followers: disposition.action === 'reply' ? [...messages, disposition.reply] : messages,
      startedAt: this.startedAt,
    };
  }

  private resultFor(disposition: SettlingDisposition, isDelegated: boolean): ActorResult | undefined {
    if (disposition.action === 'reschedule') return this.effects.chosenResult;
    if (!('result' in disposition) || (isDelegated && isDone(disposition))) return undefined;
    return this.effects.choose(disposition.result);
  }

  /** @throws SerializationError if the converter returns a promise, which is not awaited here */
  private converted(result: ActorResult): ActorResult {
    if ('error' in result) return result;
    const { converter = this.services.producer.connection.converter } = this.run.actor.options;
    const value = converter.convertOutputs(result.value);
    if (!(value instanceof Promise)) return { value };
    ignoreRejection(value);
    throw new SerializationError('The converter returned a promise from convertOutputs(). Have it return the value.');
  }
}

const NONE: readonly never[] = [];
