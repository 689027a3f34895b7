import { randomUUID } from 'node:crypto';
import { requireCapability } from '../broker/index.js';
import type { ArgsBucket, BucketWrite, ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import { toMilliseconds, type Duration } from '../duration/index.js';
import { CancelledError } from '../errors/index.js';
import { HEADER, writeParameters, type OutgoingMessage } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import { firstOccurrence, type FirstOccurrence } from './first-occurrence.js';
import { parseJobOptions, type JobOptions, type ParsedJobOptions } from './job-options.js';
import type { JobStatus } from './job-status.js';
import { endedState } from './job-status.js';

/** The key under which a job's bound `enqueue` knows its job. */
const JOB = Symbol('repid.job');

/**
 * A piece of work to be done by the actor of this name, and a handle on it: with the same id and name it is the same
 * job in any process. Made by `repid.job()`; nothing happens before `enqueue()`.
 */
export class Job<Args = unknown, Result = unknown> {
  readonly id: string;
  /** The topic: names the actor. */
  readonly name: string;
  readonly channel: string;
  /** The bucket that the arguments lie in, where they are kept in one. */
  readonly argsId?: string;
  /** The bucket that the result goes to, where it is stored. */
  readonly resultId?: string;

  private readonly options: ParsedJobOptions;
  private readonly connection: Connection;

  /** @throws InvalidOptionError, UnsupportedError */
  constructor(
    name: string,
    options: JobOptions<Args>,
    private readonly producer: Producer,
  ) {
    this.options = parseJobOptions(name, options);
    this.connection = producer.connection;
    this.name = name;
    this.channel = this.options.channel ?? DEFAULTS.channel;
    this.id = this.options.id ?? randomUUID();
    this.argsId = this.chooseArgsId();
    this.resultId = this.chooseResultId();
    if (this.options.id !== undefined) requireCapability(this.connection.broker, 'jobIds', `The id of job "${name}"`);
  }

  /**
   * Publishes it. It may be passed on unbound, as in `msg.addCallback(job.enqueue)`.
   *
   * Rejects with DuplicateJobError while a job of this id is there, PayloadTooLargeError, SerializationError,
   * BrokerUnavailableError.
   */
  get enqueue(): () => Promise<this> {
    const enqueue = async (): Promise<this> => {
      await this.producer.publish([this.toMessage()]);
      return this;
    };
    return Object.assign(enqueue, { [JOB]: this });
  }

  /** The arguments bucket that is stored now. */
  async args(): Promise<ArgsBucket<Args> | undefined> {
    await this.connection.ready();
    return this.argsId === undefined ? undefined : this.connection.buckets.findArgs<Args>(this.argsId);
  }

  /** The result that is stored now. @throws UnsupportedError when this job stores none */
  async result(): Promise<ResultBucket<Result> | undefined> {
    await this.connection.ready();
    return this.connection.buckets.findResult<Result>(this.requireResultId());
  }

  /**
   * The result, as soon as it is stored.
   *
   * @param options.timeout how long to wait; default one minute
   * @throws TimeoutError after that; UnsupportedError when this job stores no result
   */
  async waitForResult(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<ResultBucket<Result>> {
    const timeout = toMilliseconds(options.timeout ?? DEFAULTS.resultTimeout, 'timeout');
    await this.connection.ready();
    return this.connection.buckets.waitForResult<Result>(this.requireResultId(), { timeout, signal: options.signal });
  }

  /** Where it is now. @throws UnsupportedError when the broker cannot find jobs */
  async status(): Promise<JobStatus> {
    const { broker, buckets } = this.connection;
    requireCapability(broker, 'jobIds', 'status()');
    await this.connection.ready();
    const location = await broker.locate(this.channel, this.id);
    if (location !== undefined) return { state: location };
    const bucket = this.resultId === undefined ? undefined : await buckets.findResult(this.resultId);
    return { state: endedState(bucket) };
  }

  /**
   * Takes it away where it is delayed or queued, its result saying so; where it runs, its `msg.signal` fires.
   * A recurring job does not come again.
   *
   * @returns false where it is not there any more
   */
  async cancel(): Promise<boolean> {
    const { broker } = this.connection;
    requireCapability(broker, 'jobIds', 'cancel()');
    await this.connection.ready();
    const bucket = this.cancelledBucket();
    if (bucket && !this.connection.isJoined(bucket.into)) return this.cancelApart(bucket);
    return (await broker.cancel(this.channel, this.id, { bucket })) !== undefined;
  }

  /** The message that enqueues it now. @throws SerializationError */
  toMessage(): OutgoingMessage {
    const { options, connection } = this;
    const now = connection.now();
    const bucket = this.argsBucket(now);
    const schedule = firstOccurrence(options, now);
    const inMessage = bucket === undefined && options.args !== undefined;
    return {
      channel: this.channel,
      payload: inMessage ? connection.serializer.encode(options.args) : EMPTY,
      contentType: inMessage ? connection.serializer.contentType : undefined,
      headers: { ...options.headers, [HEADER.topic]: this.name, ...this.parameterHeaders(now, schedule) },
      id: connection.broker.capabilities.jobIds ? this.id : undefined,
      priority: options.priority,
      dueAt: schedule.dueAt,
      buckets: bucket && [bucket],
      clears: this.staleResult(),
    };
  }

  private parameterHeaders(now: number, { dueAt, recurring }: FirstOccurrence): Record<string, string> {
    const { options } = this;
    return writeParameters({
      id: this.id,
      argsBucketId: this.argsId,
      result: this.resultId === undefined ? undefined : { id: this.resultId, ttl: this.resultTtl },
      retries: { maxAmount: options.retries ?? 0, alreadyTried: 0 },
      timeout: options.timeout,
      timestamp: now,
      ttl: options.ttl ?? null,
      dueAt: recurring ? undefined : dueAt,
      schedule: recurring,
      unrouted: 0,
    });
  }

  private get resultTtl(): number | null {
    return this.options.resultTtl === undefined ? DEFAULTS.resultTtl : this.options.resultTtl;
  }

  private chooseArgsId(): string | undefined {
    const { argsId, args, useArgsBucket = this.connection.buckets.argsBroker !== undefined } = this.options;
    if (argsId !== undefined) return argsId;
    return useArgsBucket && args !== undefined ? randomUUID() : undefined;
  }

  private chooseResultId(): string | undefined {
    const { resultsBroker } = this.connection.buckets;
    const { resultId = this.id, storeResult = resultsBroker !== undefined || this.options.resultId !== undefined } =
      this.options;
    if (!storeResult) return undefined;
    this.connection.buckets.requireResults(`Storing the result of job "${this.name}"`);
    return resultId;
  }

  private requireResultId(): string {
    this.connection.buckets.requireResults(`The result of job "${this.name}"`);
    return this.resultId ?? this.id;
  }

  private argsBucket(now: number): BucketWrite | undefined {
    const { args, argsTtl = null } = this.options;
    if (this.argsId === undefined || args === undefined) return undefined;
    return this.connection.buckets.writeArgs(this.argsId, { data: args, timestamp: new Date(now), ttl: argsTtl });
  }

  /** A chosen id may have been used before: the result of that time must not be taken for the one to come. */
  private staleResult(): OutgoingMessage['clears'] {
    const { resultsBroker } = this.connection.buckets;
    if (this.options.id === undefined || this.resultId === undefined || resultsBroker === undefined) return undefined;
    return [{ id: this.resultId, into: resultsBroker }];
  }

  private cancelledBucket(): BucketWrite | undefined {
    if (this.resultId === undefined) return undefined;
    const now = new Date(this.connection.now());
    const { name, message } = new CancelledError('The job was cancelled before it was run.');
    return this.connection.buckets.writeResult(this.resultId, {
      data: null,
      success: false,
      cancelled: true,
      exception: `${name}: ${message}`,
      startedAt: now,
      finishedAt: now,
      timestamp: now,
      ttl: this.resultTtl,
    });
  }

  private async cancelApart(bucket: BucketWrite): Promise<boolean> {
    const location = await this.connection.broker.cancel(this.channel, this.id);
    if (location === 'delayed' || location === 'queued') await bucket.into.store([bucket]);
    return location !== undefined;
  }
}

const EMPTY = new Uint8Array(0);

/** The job behind a job, or behind its `enqueue`; undefined for any other function. */
export function jobOf(callback: unknown): Job | undefined {
  if (callback instanceof Job) return callback;
  return typeof callback === 'function' ? (callback as { [JOB]?: Job })[JOB] : undefined;
}
