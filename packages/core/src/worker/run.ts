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
import { toReplyAddress, type OutgoingMessage } from '../message/index.js';
import {
  bytesFollower,
  jsonFollower,
  outgoingBytes,
  type OutgoingFollower,
  outgoingJson,
} from '../producer/outgoing.js';
import { retryDelay } from './decide.js';
import { publicAction, type ActorResult, type SettlingDisposition } from './disposition.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Inputs } from './inputs.js';
import { type Addition, lateCallError } from './late-calls.js';
import { ReceivedMessage } from './received-message.js';
import { RunEffects } from './run-effects.js';
import type { RunTiming } from './run-reports.js';
import { RunSettlement, type RunServices } from './run-settlement.js';

/** One run of an actor on a delivery. The actor gets it as its `MessageDependency`. */
export class Run extends ReceivedMessage implements MessageDependency {
  action?: MessageAction;
  timing?: RunTiming;
  private readonly effects: RunEffects;
  private readonly settlement: RunSettlement;
  private jobsAdded = 0;
  private isDelegated = false;
  private hasEnded = false;
  private runningActors = 0;

  constructor(
    actor: Actor,
    inFlight: InFlightDelivery,
    inputs: Inputs,
    private readonly services: RunServices,
  ) {
    super(actor, inFlight, inputs);
    this.effects = new RunEffects(services.producer.hasMiddlewares);
    this.settlement = new RunSettlement(this, inFlight, this.effects, services);
  }

  get isActedOn(): boolean {
    return this.action !== undefined;
  }

  /** True while its actor runs inside middlewares, even if these have ended. */
  get isActorRunning(): boolean {
    return this.runningActors > 0;
  }

  /** True if callbacks run, or will be called after the settlement. */
  get hasCallbacks(): boolean {
    return this.effects.hasCallbacks || this.settlement.isCallingBack;
  }

  /** True if something is left to send or call after the settlement. */
  get hasFollowUps(): boolean {
    return this.effects.hasFollowers || this.hasCallbacks;
  }

  setResult(value: unknown): void {
    this.requireInTime('msg.setResult()', 'result');
    this.effects.chosenResult = { value };
  }

  setException(error: Error): void {
    this.requireInTime('msg.setException()', 'result');
    ignoreRejection(error);
    this.effects.chosenResult = { error };
  }

  addCallback(callback: (() => unknown) | Job): void {
    const job = jobOf(callback);
    if (job) return this.addJob(job, 'msg.addCallback()');
    if (typeof callback !== 'function') {
      throw new InvalidOptionError(`A callback is ${show(callback)}: expected a function, a job or a job's enqueue.`);
    }
    this.requireInTime('msg.addCallback()', 'callback');
    this.effects.addCallback(callback);
  }

  enqueue(job: Job): void {
    this.addJob(requireJob(job, 'msg.enqueue()'), 'msg.enqueue()');
  }

  delegate(job: Job): void {
    const { result, nonce, schedule } = this.inFlight.parameters;
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
    job.storeResultIn(result, nonce);
    this.enqueue(job);
    this.isDelegated = true;
  }

  ack(): Promise<void> {
    return this.settleEagerly({ action: 'ack', result: { value: undefined } });
  }

  nack(error: Error = new Unrecoverable(`Actor "${this.actor.label}" called nack().`)): Promise<void> {
    return this.settleEagerly({ action: 'nack', result: { error } });
  }

  reject(): Promise<void> {
    return this.settleEagerly({ action: 'reject' });
  }

  retry(delay?: Duration): Promise<void> {
    const { maxAmount, alreadyTried } = this.inFlight.parameters.retries;
    if (this.isActedOn || alreadyTried < maxAmount) return this.forceRetry(delay);
    return Promise.reject(new NoRetriesLeftError(maxAmount));
  }

  forceRetry(delay?: Duration): Promise<void> {
    return this.settleWith(() => ({ action: 'retry', delay: this.delayOf(delay) }));
  }

  reschedule(): Promise<void> {
    return this.settleEagerly({ action: 'reschedule' });
  }

  reply(message: OutgoingBytes): Promise<void> {
    return this.settleWith(() => replyWith(outgoingBytes(message, this.replyTo)));
  }

  replyJson(message: OutgoingJson): Promise<void> {
    return this.settleWith(() => replyWith(outgoingJson(message, this.replyTo)));
  }

  sendMessage(message: OutgoingBytes & SendOptions): Promise<void> {
    return this.send('msg.sendMessage()', () => bytesFollower(message));
  }

  sendMessageJson(message: OutgoingJson & SendOptions): Promise<void> {
    return this.send('msg.sendMessageJson()', () => jsonFollower(message));
  }

  /** Settles the message, unless it is settled already. */
  settle(disposition: SettlingDisposition): Promise<void> {
    if (this.isActedOn) return Promise.resolve();
    this.action = publicAction(disposition);
    return this.settlement.settle(disposition, this.isDelegated);
  }

  /** Allows another settlement: the one that was started was refused as a whole. */
  reopen(): void {
    this.action = undefined;
  }

  /** Resolves when a settlement that the actor has started is over. Rejects if it may not be committed. */
  finishSettling(): Promise<void> {
    return this.settlement.finish();
  }

  /** Acknowledges before the actor runs. Nothing is stored or sent yet. */
  async ackFirst(): Promise<void> {
    this.action = 'acked';
    this.inFlight.isStarted = true; // It cannot be returned any more.
    await this.settlement.ackFirst();
  }

  /** Stores the result of a message that was acknowledged before its actor ran. */
  async storeResult(result: ActorResult): Promise<void> {
    if (!this.isDelegated || !('value' in result)) await this.settlement.storeResult(result);
  }

  /** Sends and calls what was added after the settlement, and what callbacks add. Rejects if that takes too long. */
  followUp(): Promise<void> {
    return this.settlement.sendAndCallBack();
  }

  /** The actor and its middlewares have ended. What it sends or sets from now on is refused. */
  end(): void {
    this.hasEnded = true;
  }

  /** Drops what was sent or added and is not committed. The actor has failed. */
  dropEffects(): void {
    this.effects.drop();
  }

  /** Settles like the actor, but rejects as soon as the run is aborted, even if the actor continues. */
  unlessAborted(action: () => Promise<unknown>): Promise<unknown> {
    const { cancellation } = this.inFlight;
    cancellation.throwIfAborted();
    this.runningActors += 1;
    const running = action().finally(() => (this.runningActors -= 1));
    return new Promise((resolve, reject) => {
      running.then(resolve, reject);
      cancellation.onAbort(reject);
    });
  }

  private get isAckedFirst(): boolean {
    return this.actor.options.confirmation === 'ack-first';
  }

  private addJob(job: Job, call: string): void {
    this.requireInTime(call, 'follower');
    job.adoptId(followerId(this.inFlight.delivery, this.inFlight.parameters, this.jobsAdded++));
    this.effects.addFollower(job);
  }

  /** The actor need not await this call. The worker does, and reports an error. */
  private settleEagerly(disposition: SettlingDisposition): Promise<void> {
    if (this.isActedOn) return Promise.resolve();
    const settling = this.settle(disposition).then(() => {
      this.services.reports.disposition(this, disposition);
      return this.settlement.callBack();
    });
    ignoreRejection(settling);
    return settling;
  }

  private settleWith(makeDisposition: () => SettlingDisposition): Promise<void> {
    try {
      return this.settleEagerly(makeDisposition());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private send(call: string, make: () => OutgoingFollower): Promise<void> {
    try {
      const { message, immediate } = make();
      const refusal = immediate ? undefined : this.refusalOf(call, 'follower');
      if (refusal) return rejectQuietly(refusal.error);
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

  /** A run that is aborted, not owned or over can add nothing: it would not be committed, or another run adds it again. */
  private refusalOf(call: string, addition: Addition): { readonly error: unknown } | undefined {
    const { cancellation } = this.inFlight;
    if (cancellation.isAborted) return { error: cancellation.reason };
    if (this.settlement.loss) return this.settlement.loss;
    const error = lateCallError(call, addition, {
      actor: this.actor.label,
      action: this.action,
      hasEnded: this.hasEnded,
      isCallingBack: this.settlement.isCallingBack,
      isAckedFirst: this.isAckedFirst,
    });
    if (error) this.services.reports.refused(this, error);
    return error && { error };
  }

  private delayOf(delay: Duration | undefined): number {
    if (delay !== undefined) return toMilliseconds(delay, 'delay');
    const { alreadyTried } = this.inFlight.parameters.retries;
    return retryDelay(undefined, alreadyTried + 1, this.actor.options.retryPolicy);
  }
}

function replyWith(reply: OutgoingMessage): SettlingDisposition {
  return { action: 'reply', result: { value: undefined }, reply: toReplyAddress(reply) };
}

/** Rejects without ending the process if the actor does not await it. The refusal was reported. */
function rejectQuietly(reason: unknown): Promise<never> {
  const rejected = Promise.reject(reason);
  ignoreRejection(rejected);
  return rejected;
}
