import type {
  Actor,
  MessageAction,
  MessageDependency,
  OutgoingBytes,
  OutgoingJson,
  SendOptions,
} from '../actor/index.js';
import type { Settlement } from '../broker/index.js';
import { toMilliseconds, type Duration } from '../duration/index.js';
import { InvalidOptionError, LostOwnershipError, NoRetriesLeftError, Unrecoverable } from '../errors/index.js';
import { isOutage } from '../errors/is-outage.js';
import type { Job } from '../job/job.js';
import { followerId } from '../job/follower-id.js';
import { jobOf } from '../job/job-reference.js';
import { toReplyAddress, type MessageParameters, type OutgoingMessage } from '../message/index.js';
import { outgoingBytes, outgoingJson } from '../producer/outgoing.js';
import type { Producer } from '../producer/producer.js';
import { actionOf, isDone, type Closing, type RunResult } from './closing.js';
import { noteEnqueued, toMessages, type Follower } from './followers.js';
import type { Hand } from './hand.js';
import type { Inputs } from './inputs.js';
import { ReceivedMessage } from './received-message.js';
import type { Luggage, Settler } from './settler.js';
import { isFinal, retryDelay } from './verdict.js';

/** What a run works with. */
export interface RunServices {
  readonly producer: Producer;
  readonly settler: Settler;
  /** Told of a callback that throws; the settlement stands. */
  readonly onCallbackError: (run: Run, error: unknown) => void;
}

/** One run of an actor on a delivery, and the actor's hold on it. */
export class Run extends ReceivedMessage implements MessageDependency {
  action?: MessageAction;
  private chosenResult: RunResult | undefined;
  private followers: Follower[] = [];
  private callbacks: (() => unknown)[] = [];
  private jobsAdded = 0;
  private isDelegated = false;
  /** The settlement that has begun. */
  private acting: Promise<void> | undefined;
  /** Why that one is not known to be committed. */
  private loss: { readonly error: unknown } | undefined;
  private readonly startedAt: number;

  constructor(
    actor: Actor,
    hand: Hand,
    received: MessageParameters,
    inputs: Inputs,
    private readonly services: RunServices,
  ) {
    super(actor, hand, received, inputs);
    this.startedAt = services.producer.connection.now();
  }

  get isActedOn(): boolean {
    return this.action !== undefined;
  }

  get hasCallbacks(): boolean {
    return this.callbacks.length > 0;
  }

  setResult(value: unknown): void {
    this.chosenResult = { value };
  }

  setException(error: Error): void {
    this.chosenResult = { error };
  }

  addCallback(callback: (() => unknown) | Job): void {
    const job = jobOf(callback);
    if (job) return this.enqueue(job);
    if (typeof callback !== 'function') {
      throw new InvalidOptionError(`A callback is ${String(callback)}: expected a function, a job or a job's enqueue.`);
    }
    this.callbacks.push(callback);
  }

  enqueue(job: Job): void {
    if (!jobOf(job))
      throw new InvalidOptionError(`msg.enqueue() was given ${String(job)}: expected a job made by repid.job().`);
    this.throwIfOver();
    job.adoptId(followerId(this.hand.delivery, this.received, this.jobsAdded++));
    this.followers.push(job);
  }

  delegate(job: Job): void {
    const { result } = this.received;
    if (result === undefined)
      throw new InvalidOptionError(`"${this.id}" stores no result, so there is none to hand over. Use msg.enqueue().`);
    if (!jobOf(job))
      throw new InvalidOptionError(`msg.delegate() was given ${String(job)}: expected a job made by repid.job().`);
    if (this.isDelegated || (this.isActedOn && this.actor.options.confirmation !== 'ack-first'))
      throw new InvalidOptionError(
        `The result of "${this.id}" is stored or handed over already. Delegate once, before it is settled.`,
      );
    job.storeResultIn(result, this.received.nonce);
    this.enqueue(job);
    this.isDelegated = true;
  }

  ack(): Promise<void> {
    return this.actEagerly({ action: 'acked', result: { value: undefined } });
  }

  nack(error: Error = new Unrecoverable(`Actor "${this.actor.label}" called nack().`)): Promise<void> {
    return this.actEagerly({ action: 'nacked', result: { error } });
  }

  reject(): Promise<void> {
    return this.actEagerly({ action: 'rejected' });
  }

  retry(delay?: Duration): Promise<void> {
    const { maxAmount, alreadyTried } = this.received.retries;
    if (this.isActedOn || alreadyTried < maxAmount) return this.forceRetry(delay);
    return Promise.reject(new NoRetriesLeftError(maxAmount));
  }

  forceRetry(delay?: Duration): Promise<void> {
    return this.actBy(() => ({ action: 'retried', delay: this.delayOf(delay) }));
  }

  reschedule(): Promise<void> {
    return this.actEagerly({ action: 'rescheduled' });
  }

  reply(message: OutgoingBytes): Promise<void> {
    return this.actBy(() => this.closingByReply(outgoingBytes(message, this.replyTo)));
  }

  replyJson(message: OutgoingJson): Promise<void> {
    return this.actBy(() => this.closingByReply(outgoingJson(message, this.replyTo)));
  }

  async sendMessage({ immediate, ...message }: OutgoingBytes & SendOptions): Promise<void> {
    await this.send(outgoingBytes(message), immediate);
  }

  async sendMessageJson({ immediate, ...message }: OutgoingJson & SendOptions): Promise<void> {
    await this.send(outgoingJson(message), immediate);
  }

  /** Settles the message and runs the callbacks, unless it is settled already. */
  act(closing: Closing): Promise<void> {
    if (this.isActedOn) return Promise.resolve();
    this.action = actionOf(closing);
    this.acting = this.settle(closing);
    return this.acting;
  }

  /** Resolves when a settlement that the actor has begun is over; rejects where it was handed over and not committed. */
  async finishActing(): Promise<void> {
    await this.acting?.catch(() => {});
    if (this.loss) throw this.loss.error;
  }

  /** Acknowledges before the actor is run: nothing is stored or sent yet. */
  async actFirst(): Promise<void> {
    this.action = 'acked';
    this.hand.isBegun = true; // It can't be given back any more.
    const closing: Closing = { action: 'acked', result: { value: undefined } };
    await this.services.settler.settle(this.hand, this.received, closing, { followers: [], startedAt: this.startedAt });
  }

  /** Stores the result of a message that was acknowledged first. */
  async storeResult(result: RunResult): Promise<void> {
    if (this.isDelegated && 'value' in result) return;
    const { settler } = this.services;
    try {
      await settler.storeResult(this.hand, this.received, this.converted(this.choose(result)), this.startedAt);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await settler.storeResult(this.hand, this.received, { error }, this.startedAt);
    }
  }

  /** Sends and calls what was added after the settlement. */
  async flush(): Promise<void> {
    const followers = this.followers;
    this.followers = [];
    await this.services.producer.publish(toMessages(followers));
    noteEnqueued(followers);
    await this.runCallbacks();
  }

  /** What was sent or added and is not committed is dropped: the actor has failed. */
  drop(): void {
    this.followers = [];
    this.callbacks = [];
  }

  /** As the actor asks for it, who need not await it: the worker does, and tells what went wrong. */
  private actEagerly(closing: Closing): Promise<void> {
    const acting = this.act(closing);
    acting.catch(() => {});
    return acting;
  }

  private actBy(makeClosing: () => Closing): Promise<void> {
    try {
      return this.actEagerly(makeClosing());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private closingByReply(reply: OutgoingMessage): Closing {
    return { action: 'replied', result: { value: undefined }, reply: toReplyAddress(reply) };
  }

  private async send(message: OutgoingMessage, immediate = false): Promise<void> {
    if (!immediate) this.throwIfOver();
    if (immediate || this.isActedOn) await this.services.producer.publish([message]);
    else this.followers.push(message);
  }

  /** What was called off, or has lost its message, sends nothing more: another run may send the same. */
  private throwIfOver(): void {
    this.hand.cancellation.throwIfAborted();
    if (this.loss) throw this.loss.error;
  }

  private delayOf(delay: Duration | undefined): number {
    if (delay !== undefined) return toMilliseconds(delay, 'delay');
    return retryDelay(undefined, this.received.retries.alreadyTried + 1, this.actor.options.retryPolicy);
  }

  private async settle(closing: Closing): Promise<void> {
    const followers = isDone(closing) ? this.followers : [];
    const pending = this.prepare(closing, followers);
    const settlement = pending instanceof Promise ? await pending : pending;
    try {
      await this.services.settler.commit(this.hand, settlement);
    } catch (error) {
      if (error instanceof LostOwnershipError || isOutage(error)) this.loss = { error };
      else this.action = undefined; // Refused as a whole: it may still be settled in another way.
      throw error;
    }
    noteEnqueued(followers);
    if (this.callbacks.length > 0) await this.runCallbacks();
  }

  /** Where this fails, nothing was handed over: the message may still be settled in another way. */
  private prepare(closing: Closing, waiting: readonly Follower[]): Settlement | Promise<Settlement> {
    const followers = this.followers;
    this.followers = [];
    const undo = (error: unknown): never => {
      this.followers = [...followers, ...this.followers];
      if (isOutage(error)) this.loss = { error };
      else this.action = undefined;
      throw error;
    };
    try {
      const luggage = this.luggageFor(closing, waiting);
      const pending = this.services.settler.prepare(this.hand, this.received, closing, luggage);
      return pending instanceof Promise ? pending.catch(undo) : pending;
    } catch (error) {
      return undo(error);
    }
  }

  private luggageFor(closing: Closing, waiting: readonly Follower[]): Luggage {
    const result = this.resultFor(closing);
    const followers = toMessages(waiting);
    return {
      result: result && this.converted(result),
      followers: closing.action === 'replied' ? [...followers, closing.reply] : followers,
      startedAt: this.startedAt,
    };
  }

  private resultFor(closing: Closing): RunResult | undefined {
    if (closing.action === 'rescheduled') return this.chosenResult;
    if (!('result' in closing) || (this.isDelegated && isDone(closing))) return undefined;
    return this.choose(closing.result);
  }

  /** What the actor chose counts; but no success can be chosen for what has failed. */
  private choose(result: RunResult): RunResult {
    const { chosenResult } = this;
    if (chosenResult === undefined) return result;
    return 'value' in result || 'error' in chosenResult ? chosenResult : result;
  }

  private converted(result: RunResult): RunResult {
    if ('error' in result) return result;
    const { converter = this.services.producer.connection.converter } = this.actor.options;
    return { value: converter.convertOutputs(result.value) };
  }

  private async runCallbacks(): Promise<void> {
    const callbacks = this.callbacks;
    this.callbacks = [];
    for (const callback of callbacks) {
      try {
        await callback();
      } catch (error) {
        this.services.onCallbackError(this, error);
      }
    }
  }
}
