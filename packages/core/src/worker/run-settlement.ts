import type { Actor } from '../actor/index.js';
import type { Settlement } from '../broker/index.js';
import { type RunEndedError, LostOwnershipError, SerializationError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { isOutage } from '../errors/is-outage.js';
import { endTimeout } from '../errors/timeouts.js';
import type { MessageParameters } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import { isDone, type Closing, type RunResult } from './closing.js';
import { noteEnqueued, toMessages, type Follower } from './followers.js';
import type { Hand } from './hand.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { within } from './limit.js';
import type { Run } from './run.js';
import type { RunEffects } from './run-effects.js';
import type { Luggage, Settler } from './settler.js';
import { isFinal } from './verdict.js';

/** What a run works with. */
export interface RunServices {
  readonly producer: Producer;
  readonly settler: Settler;
  /** Told of a callback that throws; the settlement stands. */
  readonly onCallbackError: (run: Run, error: unknown) => void;
  /** Told of what was refused because the run was over. */
  readonly onRefused: (run: Run, error: RunEndedError) => void;
}

/** The run that is settled. */
export interface SettledRun {
  readonly actor: Actor;
  readonly timeout: number;
  /** Called where a settlement was refused as a whole: another may be tried. */
  reopen(): void;
}

/** How a run is settled: its effects go into one settlement, and what comes later is sent and called after it. */
export class RunSettlement {
  /** Why the one that was handed over is not known to be committed. */
  loss: { readonly error: unknown } | undefined;
  /** The settlement that has begun. */
  private acting: Promise<void> | undefined;
  private calling: Promise<void> | undefined;
  private callers = 0;
  private isGivenUp = false;
  private readonly startedAt: number;

  constructor(
    private readonly run: Run & SettledRun,
    private readonly hand: Hand,
    private readonly received: MessageParameters,
    private readonly effects: RunEffects,
    private readonly services: RunServices,
  ) {
    this.startedAt = services.producer.connection.now();
  }

  /** True while callbacks are called, for as long as they may take. */
  get isCallingBack(): boolean {
    return this.callers > 0 && !this.isGivenUp;
  }

  /** @param isDelegated true where the result is another job's to store */
  settle(closing: Closing, isDelegated: boolean): Promise<void> {
    this.acting = this.prepareAndCommit(closing, isDelegated);
    return this.acting;
  }

  /** Resolves when a settlement that was begun is over; rejects where it was handed over and is not known to be committed. */
  async finish(): Promise<void> {
    await this.acting?.catch(() => {});
    if (this.loss) throw this.loss.error;
  }

  /** Acknowledges before the actor is run: nothing is stored or sent yet. */
  ackFirst(): Promise<void> {
    const closing: Closing = { action: 'acked', result: { value: undefined } };
    const luggage = { followers: [], startedAt: this.startedAt };
    return this.services.settler.settle(this.hand, this.received, closing, luggage);
  }

  /** Stores the result of a message that was acknowledged first. */
  async storeResult(result: RunResult): Promise<void> {
    const { settler } = this.services;
    try {
      await settler.storeResult(this.hand, this.received, this.converted(this.effects.choose(result)), this.startedAt);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await settler.storeResult(this.hand, this.received, { error }, this.startedAt);
    }
  }

  /** Calls the callbacks, in the order in which they were added; what one throws is told and stops none of the others. */
  callBack(): Promise<void> {
    if (this.effects.hasCallbacks) this.calling = this.callAll();
    return this.calling ?? Promise.resolve();
  }

  /** Sends what was added after the settlement, calls the callbacks, and sends what these add. @throws TimeoutError */
  sendAndCallBack(): Promise<void> {
    const { clock } = this.services.producer.connection.broker;
    const { actor, timeout } = this.run;
    return within(clock, timeout, this.sendAndCall(), () => {
      this.isGivenUp = true;
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
    this.callers += 1;
    for (let callback = this.effects.takeCallback(); callback; callback = this.effects.takeCallback()) {
      try {
        await callback();
      } catch (error) {
        ignoreRejection(error);
        this.services.onCallbackError(this.run, error);
      }
    }
    this.callers -= 1;
  }

  private async sendFollowers(): Promise<void> {
    const followers = this.effects.takeFollowers();
    if (followers.length === 0) return;
    await this.effects.inContext(() => this.services.producer.publish(toMessages(followers)));
    noteEnqueued(followers);
  }

  private async prepareAndCommit(closing: Closing, isDelegated: boolean): Promise<void> {
    const taken = this.effects.takeFollowers();
    const followers = isDone(closing) ? taken : NONE;
    const pending = this.prepare(closing, followers, isDelegated, taken);
    const settlement = pending instanceof Promise ? await pending : pending;
    try {
      await this.services.settler.commit(this.hand, settlement);
    } catch (error) {
      if (isA(error, LostOwnershipError) || isOutage(error)) this.loss = { error };
      else this.run.reopen(); // Refused as a whole: it may still be settled in another way.
      throw error;
    }
    noteEnqueued(followers);
  }

  /** Where this fails, nothing was handed over: the message may still be settled in another way. */
  private prepare(
    closing: Closing,
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
      const luggage = this.luggageFor(closing, followers, isDelegated);
      const { settler } = this.services;
      const pending = this.effects.inContext(() => settler.prepare(this.hand, this.received, closing, luggage));
      return pending instanceof Promise ? pending.catch(undo) : pending;
    } catch (error) {
      return undo(error);
    }
  }

  private luggageFor(closing: Closing, waiting: readonly Follower[], isDelegated: boolean): Luggage {
    const result = this.resultFor(closing, isDelegated);
    const followers = toMessages(waiting);
    return {
      result: result && this.converted(result),
      followers: closing.action === 'replied' ? [...followers, closing.reply] : followers,
      startedAt: this.startedAt,
    };
  }

  private resultFor(closing: Closing, isDelegated: boolean): RunResult | undefined {
    if (closing.action === 'rescheduled') return this.effects.chosenResult;
    if (!('result' in closing) || (isDelegated && isDone(closing))) return undefined;
    return this.effects.choose(closing.result);
  }

  /** @throws SerializationError where the converter answers with a promise, which nobody would await */
  private converted(result: RunResult): RunResult {
    if ('error' in result) return result;
    const { converter = this.services.producer.connection.converter } = this.run.actor.options;
    const value = converter.convertOutputs(result.value);
    if (!(value instanceof Promise)) return { value };
    ignoreRejection(value);
    throw new SerializationError('The converter returned a promise from convertOutputs(). Have it return the value.');
  }
}

const NONE: readonly never[] = [];
