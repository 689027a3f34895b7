import type { Actor, MessageAction, MessageDependency, OutgoingBytes, OutgoingJson, RunParameters, SendOptions } from '../actor/index.js';
import type { PayloadSource } from '../converter/index.js';
import { toMilliseconds, type Duration } from '../duration/index.js';
import { InvalidOptionError, NoRetriesLeftError, Unrecoverable } from '../errors/index.js';
import { jobOf, type Job } from '../job/job.js';
import { HEADER, type MessageParameters, type OutgoingMessage } from '../message/index.js';
import { outgoingBytes, outgoingJson } from '../producer/outgoing.js';
import type { Producer } from '../producer/producer.js';
import { actionOf, isDone, type Closing, type RunResult } from './closing.js';
import type { Hand } from './hand.js';
import type { Luggage, Settler } from './settler.js';
import { isFinal, retryDelay } from './verdict.js';

/** What a run works with. */
export interface RunServices {
  readonly producer: Producer;
  readonly settler: Settler;
  /** Told of a callback that throws; the settlement stands. */
  readonly onCallbackError: (error: unknown) => void;
}

/** One run of an actor on a delivery, and the actor's hold on it. */
export class Run implements MessageDependency {
  action?: MessageAction;
  private chosenResult: RunResult | undefined;
  private followers: (Job | OutgoingMessage)[] = [];
  private callbacks: (() => unknown)[] = [];
  private readonly startedAt: number;

  constructor(
    readonly actor: Actor,
    private readonly hand: Hand,
    private readonly received: MessageParameters,
    readonly source: PayloadSource,
    private readonly services: RunServices,
  ) {
    this.startedAt = services.producer.connection.now();
  }

  get id(): string {
    return this.received.id ?? this.hand.delivery.id;
  }

  get channel(): string {
    return this.hand.delivery.message.channel;
  }

  get topic(): string | undefined {
    return this.headers[HEADER.topic];
  }

  get payload(): Uint8Array {
    return this.source.bytes;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.hand.delivery.message.headers;
  }

  get contentType(): string | undefined {
    return this.hand.delivery.message.contentType;
  }

  get replyTo(): string | undefined {
    return this.hand.delivery.message.replyTo;
  }

  get parameters(): RunParameters {
    const { result, retries, timeout, timestamp, ttl } = this.received;
    return {
      result,
      retries,
      timeout: timeout ?? this.actor.options.timeout,
      timestamp: new Date(timestamp ?? this.hand.receivedAt),
      ttl,
    };
  }

  get signal(): AbortSignal {
    return this.hand.cancellation.signal;
  }

  get isActedOn(): boolean {
    return this.action !== undefined;
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
    if (!jobOf(job)) throw new InvalidOptionError(`msg.enqueue() was given ${String(job)}: expected a job made by repid.job().`);
    this.followers.push(job);
  }

  ack(): Promise<void> {
    return this.act({ action: 'acked', result: { value: undefined } });
  }

  nack(error: Error = new Unrecoverable(`Actor "${this.actor.label}" called nack().`)): Promise<void> {
    return this.act({ action: 'nacked', result: { error } });
  }

  reject(): Promise<void> {
    return this.act({ action: 'rejected' });
  }

  async retry(delay?: Duration): Promise<void> {
    const { maxAmount, alreadyTried } = this.received.retries;
    if (!this.isActedOn && alreadyTried >= maxAmount) throw new NoRetriesLeftError(maxAmount);
    await this.forceRetry(delay);
  }

  async forceRetry(delay?: Duration): Promise<void> {
    await this.act({ action: 'retried', delay: this.delayOf(delay) });
  }

  reschedule(): Promise<void> {
    return this.act({ action: 'rescheduled' });
  }

  async reply(message: OutgoingBytes): Promise<void> {
    await this.actByReply(outgoingBytes(message, this.replyTo));
  }

  async replyJson(message: OutgoingJson): Promise<void> {
    await this.actByReply(outgoingJson(message, this.replyTo));
  }

  async sendMessage({ immediate, ...message }: OutgoingBytes & SendOptions): Promise<void> {
    await this.send(outgoingBytes(message), immediate);
  }

  async sendMessageJson({ immediate, ...message }: OutgoingJson & SendOptions): Promise<void> {
    await this.send(outgoingJson(message), immediate);
  }

  /** Settles the message and runs the callbacks, unless it is settled already. */
  async act(closing: Closing): Promise<void> {
    if (this.isActedOn) return;
    this.action = actionOf(closing);
    try {
      await this.services.settler.settle(this.hand, this.received, closing, this.luggageFor(closing));
    } catch (error) {
      if (isFinal(error)) this.action = undefined; // Nothing was handed over: the failure may still be settled.
      throw error;
    }
    await this.runCallbacks();
  }

  /** Acknowledges before the actor is run: nothing is stored or sent yet. */
  async actFirst(): Promise<void> {
    this.action = 'acked';
    const closing: Closing = { action: 'acked', result: { value: undefined } };
    await this.services.settler.settle(this.hand, this.received, closing, { followers: [], startedAt: this.startedAt });
  }

  /** Stores the result of a message that was acknowledged first. */
  async storeResult(result: RunResult): Promise<void> {
    const stored = this.converted(this.chosenResult ?? result);
    if (stored) await this.services.settler.storeResult(this.received, stored, this.startedAt);
  }

  /** Sends and calls what was added after the settlement. */
  async flush(): Promise<void> {
    await this.services.producer.publish(this.takeFollowers());
    await this.runCallbacks();
  }

  /** What was sent or added and is not committed is dropped: the actor has failed. */
  drop(): void {
    this.followers = [];
    this.callbacks = [];
  }

  private actByReply(reply: OutgoingMessage): Promise<void> {
    const correlation = this.headers[HEADER.correlation];
    const headers = correlation === undefined ? reply.headers : { ...reply.headers, [HEADER.correlation]: correlation };
    return this.act({ action: 'replied', result: { value: undefined }, reply: { ...reply, headers } });
  }

  private async send(message: OutgoingMessage, immediate = false): Promise<void> {
    if (immediate || this.isActedOn) await this.services.producer.publish([message]);
    else this.followers.push(message);
  }

  private delayOf(delay: Duration | undefined): number {
    if (delay !== undefined) return toMilliseconds(delay, 'delay');
    return retryDelay(undefined, this.received.retries.alreadyTried + 1, this.actor.options.retryPolicy);
  }

  private luggageFor(closing: Closing): Luggage {
    const followers = isDone(closing) ? this.takeFollowers() : [];
    return {
      result: this.converted(this.resultFor(closing)),
      followers: closing.action === 'replied' ? [...followers, closing.reply] : followers,
      startedAt: this.startedAt,
    };
  }

  /** What the actor chose counts; but no success can be chosen for what has failed. */
  private resultFor(closing: Closing): RunResult | undefined {
    if (closing.action === 'rescheduled') return this.chosenResult;
    if (!('result' in closing)) return undefined;
    const mayChoose = isDone(closing) || (this.chosenResult && 'error' in this.chosenResult);
    return mayChoose ? (this.chosenResult ?? closing.result) : closing.result;
  }

  private converted(result: RunResult | undefined): RunResult | undefined {
    if (result === undefined || 'error' in result) return result;
    const { converter = this.services.producer.connection.converter } = this.actor.options;
    return { value: converter.convertOutputs(result.value) };
  }

  private takeFollowers(): OutgoingMessage[] {
    const followers = this.followers.map((follower) => jobOf(follower)?.toMessage() ?? (follower as OutgoingMessage));
    this.followers = [];
    return followers;
  }

  private async runCallbacks(): Promise<void> {
    const callbacks = this.callbacks;
    this.callbacks = [];
    for (const callback of callbacks) {
      try {
        await callback();
      } catch (error) {
        this.services.onCallbackError(error);
      }
    }
  }
}
