import type {
  Actor,
  MessageAction,
  MessageDependency,
  OutgoingBytes,
  OutgoingJson,
  SendOptions,
} from '../actor/index.js';
import { toMilliseconds, type Duration } from '../duration/index.js';
import { InvalidOptionError, NoRetriesLeftError, Unrecoverable } from '../errors/index.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { show } from '../errors/show.js';
import type { Job } from '../job/job.js';
import { followerId } from '../job/follower-id.js';
import { jobOf, requireJob } from '../job/job-reference.js';
import { toReplyAddress, type MessageParameters, type OutgoingMessage } from '../message/index.js';
import {
  bytesFollower,
  jsonFollower,
  outgoingBytes,
  type OutgoingFollower,
  outgoingJson,
} from '../producer/outgoing.js';
import { actionOf, type Closing, type RunResult } from './closing.js';
import type { Hand } from './hand.js';
import type { Inputs } from './inputs.js';
import { ReceivedMessage } from './received-message.js';
import { RunEffects } from './run-effects.js';
import { type Addition, tooLate } from './run-gate.js';
import { RunSettlement, type RunServices } from './run-settlement.js';
import { retryDelay } from './verdict.js';

/** One run of an actor on a delivery, and the actor's hold on it. */
export class Run extends ReceivedMessage implements MessageDependency {
  action?: MessageAction;
  private readonly effects: RunEffects;
  private readonly settlement: RunSettlement;
  private jobsAdded = 0;
  private isDelegated = false;
  private hasEnded = false;
  private actorsRunning = 0;

  constructor(
    actor: Actor,
    hand: Hand,
    received: MessageParameters,
    inputs: Inputs,
    private readonly services: RunServices,
  ) {
    super(actor, hand, received, inputs);
    this.effects = new RunEffects(services.producer.hasMiddlewares);
    this.settlement = new RunSettlement(this, hand, received, this.effects, services);
  }

  get isActedOn(): boolean {
    return this.action !== undefined;
  }

  /** True while its actor runs inside of middlewares, which may have ended before. */
  get isActorRunning(): boolean {
    return this.actorsRunning > 0;
  }

  /** True where callbacks are running, or are to be called after the settlement. */
  get hasCallbacks(): boolean {
    return this.effects.hasCallbacks || this.settlement.isCallingBack;
  }

  /** True where something is left to send or call: before the settlement, its followers go with that. */
  get hasMore(): boolean {
    return this.effects.hasFollowers || this.hasCallbacks;
  }

  setResult(value: unknown): void {
    this.requireInTime('msg.setResult()', 'result');
    this.effects.chosenResult = { value };
  }

  setException(error: Error): void {
    this.requireInTime('msg.setException()', 'result');
    this.effects.chosenResult = { error };
  }

  addCallback(callback: (() => unknown) | Job): void {
    const job = jobOf(callback);
    if (job) return this.follow(job, 'msg.addCallback()');
    if (typeof callback !== 'function') {
      throw new InvalidOptionError(`A callback is ${show(callback)}: expected a function, a job or a job's enqueue.`);
    }
    this.requireInTime('msg.addCallback()', 'callback');
    this.effects.addCallback(callback);
  }

  enqueue(job: Job): void {
    this.follow(requireJob(job, 'msg.enqueue()'), 'msg.enqueue()');
  }

  delegate(job: Job): void {
    const { result, schedule } = this.received;
    if (result === undefined)
      throw new InvalidOptionError(`"${this.id}" stores no result, so there is none to hand over. Use msg.enqueue().`);
    if (schedule !== undefined)
      throw new InvalidOptionError(
        `"${this.id}" recurs: its id is that of its next run, so its result cannot be handed over. Use msg.enqueue().`,
      );
    requireJob(job, 'msg.delegate()');
    this.requireInTime('msg.delegate()', 'follower');
    if (this.isDelegated || (this.isActedOn && !this.isAckedFirst))
      throw new InvalidOptionError(
        `The result of "${this.id}" is stored or handed over already. Delegate once, before it is settled.`,
      );
    this.requireInTime('msg.delegate()', 'result');
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

  sendMessage(message: OutgoingBytes & SendOptions): Promise<void> {
    return this.send('msg.sendMessage()', () => bytesFollower(message));
  }

  sendMessageJson(message: OutgoingJson & SendOptions): Promise<void> {
    return this.send('msg.sendMessageJson()', () => jsonFollower(message));
  }

  /** Settles the message, unless it is settled already. */
  act(closing: Closing): Promise<void> {
    if (this.isActedOn) return Promise.resolve();
    this.action = actionOf(closing);
    return this.settlement.settle(closing, this.isDelegated);
  }

  /** Another settlement may be tried: the one that was begun was refused as a whole. */
  reopen(): void {
    this.action = undefined;
  }

  /** Resolves when a settlement that the actor has begun is over; rejects where it was handed over and not committed. */
  finishActing(): Promise<void> {
    return this.settlement.finish();
  }

  /** Acknowledges before the actor is run: nothing is stored or sent yet. */
  async actFirst(): Promise<void> {
    this.action = 'acked';
    this.hand.isBegun = true; // It can't be given back any more.
    await this.settlement.ackFirst();
  }

  /** Stores the result of a message that was acknowledged first. */
  async storeResult(result: RunResult): Promise<void> {
    if (!this.isDelegated || !('value' in result)) await this.settlement.storeResult(result);
  }

  /** Sends and calls what was added after the settlement, and what its callbacks add; rejects where that takes too long. */
  finish(): Promise<void> {
    return this.settlement.sendAndCallBack();
  }

  /** The actor, and what stands around it, has ended: what it sends or sets from now on comes too late. */
  close(): void {
    this.hasEnded = true;
  }

  /** What was sent or added and is not committed is dropped: the actor has failed. */
  drop(): void {
    this.effects.drop();
  }

  /** What the actor comes to; rejects as soon as the run is called off, though the actor goes on. */
  orCalledOff(act: () => Promise<unknown>): Promise<unknown> {
    const { cancellation } = this.hand;
    cancellation.throwIfAborted();
    this.actorsRunning += 1;
    const running = act().finally(() => (this.actorsRunning -= 1));
    return new Promise((resolve, reject) => {
      running.then(resolve, reject);
      cancellation.onAbort(reject);
    });
  }

  private get isAckedFirst(): boolean {
    return this.actor.options.confirmation === 'ack-first';
  }

  private follow(job: Job, call: string): void {
    this.requireInTime(call, 'follower');
    job.adoptId(followerId(this.hand.delivery, this.received, this.jobsAdded++));
    this.effects.addFollower(job);
  }

  /** As the actor asks for it, who need not await it: the worker does, and tells what went wrong. */
  private actEagerly(closing: Closing): Promise<void> {
    if (this.isActedOn) return Promise.resolve();
    const acting = this.act(closing).then(() => this.settlement.callBack());
    ignoreRejection(acting);
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

  private send(call: string, make: () => OutgoingFollower): Promise<void> {
    try {
      const { message, immediate } = make();
      const refusal = immediate ? undefined : this.refusalOf(call, 'follower');
      if (refusal) return refused(refusal.error);
      if (immediate || this.isActedOn) return this.services.producer.publish([message]);
      this.effects.addFollower(message);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private requireInTime(call: string, addition: Addition): void {
    const refusal = this.refusalOf(call, addition);
    if (refusal) throw refusal.error;
  }

  /** What was called off, has lost its message, or is over, does nothing more: nobody would commit it, or another run does it again. */
  private refusalOf(call: string, addition: Addition): { readonly error: unknown } | undefined {
    const { cancellation } = this.hand;
    if (cancellation.isAborted) return { error: cancellation.reason };
    if (this.settlement.loss) return this.settlement.loss;
    const error = tooLate(call, addition, {
      actor: this.actor.label,
      action: this.action,
      hasEnded: this.hasEnded,
      isCallingBack: this.settlement.isCallingBack,
      isAckedFirst: this.isAckedFirst,
    });
    if (error) this.services.onRefused(this, error);
    return error && { error };
  }

  private delayOf(delay: Duration | undefined): number {
    if (delay !== undefined) return toMilliseconds(delay, 'delay');
    return retryDelay(undefined, this.received.retries.alreadyTried + 1, this.actor.options.retryPolicy);
  }
}

/** It has been told; who does not await it must not end the process by that. */
function refused(reason: unknown): Promise<never> {
  const rejected = Promise.reject(reason);
  ignoreRejection(rejected);
  return rejected;
}
