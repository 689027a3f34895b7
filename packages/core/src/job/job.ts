import { requireCapability } from '../broker/index.js';
import type { ArgsBucket, BucketWrite, ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import type { Dependency } from '../dependency/dependency.js';
import type { GraphNode } from '../dependency/graph-check.js';
import type { Wait, Waits } from '../dependency/waits.js';
import type { Duration } from '../duration/index.js';
import { DependencyError, InvalidOptionError, UnsupportedError } from '../errors/index.js';
import type { JobExplanation } from '../graph/explanation.js';
import { HEADER, writeParameters, type OutgoingMessage } from '../message/index.js';
import { explain } from '../graph/explain.js';
import type { Publisher } from '../producer/publisher.js';
import { awaitResult } from './await-result.js';
import { cancelJob } from './cancel-job.js';
import { checkIds } from './check-ids.js';
import {
  bucketOf,
  graphNode,
  requireReference,
  resolveDependencies,
  waitsOf,
  type ResolvedDependency,
} from './dependencies.js';
import { enqueueJobs } from './enqueue-jobs.js';
import { argsBucketOf, newEnqueueing, type Enqueueing } from './enqueueing.js';
import { firstOccurrence, type FirstOccurrence, recurs } from './first-occurrence.js';
import { heldArgs } from './held-args.js';
import { parseJobOptions, parseWaitOptions, type JobOptions, type ParsedJobOptions } from './job-options.js';
import { JOB, type JobHandle } from './job-handle.js';
import type { JobStatus } from './job-status.js';
import { newId } from './new-id.js';
import { SEPARATE_RESULTS, CANNOT_DELEGATE, RECURRING } from './refusals.js';
import { statusOf } from './status-of.js';
import { keepsArgs, namedArgsId, storesResult } from './stored-parts.js';
import type { UnconfirmedPublish } from './unconfirmed-publish.js';
import { valueOf } from './value-of.js';

/**
 * A job for the actor of this name, and a handle on it. Its id is unique in the connection, across channels, so the
 * same id is the same job in every process. Created by `repid.job()`; nothing is sent before `enqueue()`.
 */
export class Job<Args = unknown, Result = unknown> {
  /** Final once the job is enqueued. A follower without a chosen id derives it from its parent's. */
  get id(): string {
    this.ownId ??= newId(); // Created on demand: followers receive theirs.
    return this.ownId;
  }
  /** The topic: names the actor. */
  readonly name: string;
  readonly channel: string;

  private ownId: string | undefined;
  /**
   * The arguments bucket if its id is not derived from the job's: a chosen id, or a bucket with its own time to live.
   */
  private readonly namedArgsId: string | undefined;
  private storesResult: boolean;
  /** The bucket of the result, if it is not the job's id. */
  private resultBucketId: string | undefined;
  private argsSource: JobHandle | string | undefined;
  private readonly dependencies: ResolvedDependency[];
  /** The last enqueueing, and the next one. */
  private last: Enqueueing | undefined;
  private next: Enqueueing | undefined;
  /** The publish that the broker did not confirm. */
  private unconfirmedPublish: UnconfirmedPublish | undefined;
  /** The nonce of the job that delegated to this one, which stores that job's result. */
  private handedOver: { readonly nonce: string | undefined } | undefined;
  private readonly options: ParsedJobOptions;
  private readonly connection: Connection;

  /** @throws InvalidOptionError, UnsupportedError */
  constructor(
    name: string,
    options: JobOptions<Args>,
    private readonly publisher: Publisher,
  ) {
    this.options = parseJobOptions(name, options);
    checkIds(name, this.options);
    this.connection = publisher.connection;
    this.name = name;
    this.channel = this.options.channel ?? DEFAULTS.channel;
    this.ownId = this.options.id;
    this.namedArgsId = namedArgsId(this.options, this.connection.buckets);
    this.storesResult = storesResult(name, this.options, this.connection.buckets);
    this.resultBucketId = this.options.resultId;
    this.dependencies = resolveDependencies(this.options.dependsOn, `job "${name}"`);
    if (this.options.argsFrom !== undefined) this.takeArgsFrom(this.options.argsFrom);
    if (this.options.id !== undefined) requireCapability(this.connection.broker, 'jobIds', `The id of job "${name}"`);
  }

  /** @internal */
  get [JOB](): Job {
    return this;
  }

  /**
   * Publishes the job. May be passed on unbound, as in `msg.addCallback(job.enqueue)`.
   *
   * Rejects with DuplicateJobError if the broker holds a job of this id, with PayloadTooLargeError, SerializationError,
   * or BrokerUnavailableError. After BrokerUnavailableError it may be called again on this object: a job that reached
   * the broker is found by its id, or by its stored result, and is not enqueued twice.
   */
  get enqueue(): () => Promise<this> {
    const enqueue = async (): Promise<this> => {
      await enqueueJobs([this], this.publisher);
      return this;
    };
    return Object.assign(enqueue, { [JOB]: this });
  }

  /**
   * The bucket of the arguments; undefined if they are in the message. Without a chosen id and without `argsTtl`, the
   * bucket is deleted with the job, and each enqueueing has a new one.
   */
  get argsId(): string | undefined {
    if (this.argsSource !== undefined) return bucketOf(this.argsSource);
    return this.namedArgsId ?? (this.hasOwnArgs ? argsBucketOf(this.id, this.last ?? this.toEnqueue) : undefined);
  }

  /** The bucket of the result; undefined for a job that stores none. */
  get resultId(): string | undefined {
    return this.storesResult ? (this.resultBucketId ?? this.id) : undefined;
  }

  /** Name and id, for errors. */
  get label(): string {
    return `"${this.name}" (${this.id})`;
  }

  /** True if it has arguments, or an arguments bucket. */
  get hasArgs(): boolean {
    return this.options.args !== undefined || this.options.argsId !== undefined || this.argsSource !== undefined;
  }

  /** False for a job that was never enqueued and whose id only this object knows. */
  get mayExist(): boolean {
    return this.isEnqueued || this.options.id !== undefined || this.options.resultId !== undefined;
  }

  /** True if it waits for other jobs or buckets. */
  get hasDependencies(): boolean {
    return this.dependencies.length > 0;
  }

  /** Adds dependencies. @throws InvalidOptionError once the job is enqueued */
  dependOn(...dependencies: readonly Dependency[]): this {
    this.requireNotEnqueued('dependOn()');
    this.dependencies.push(...resolveDependencies(dependencies, `dependOn() of job ${this.label}`));
    return this;
  }

  /**
   * Has the job wait for another job's success, or for a bucket, and takes that result as its payload.
   *
   * @throws InvalidOptionError
   */
  takeArgsFrom(source: JobHandle | string): this {
    this.requireNotEnqueued('takeArgsFrom()');
    requireReference(source, `takeArgsFrom() of job ${this.label}`);
    if (this.hasArgs)
      throw new InvalidOptionError(
        `Job ${this.label} has its own arguments and cannot take those of another job. Leave one out.`,
      );
    this.argsSource = source;
    if (!this.dependencies.some(({ on, condition }) => on === source && condition === 'success'))
      this.dependencies.push({ on: source, condition: 'success' });
    return this;
  }

  /**
   * The arguments that are stored now: those of the named bucket, otherwise those of the job while the broker holds it.
   */
  async args(): Promise<ArgsBucket<Args> | undefined> {
    await this.connection.ready();
    const named = this.argsSource === undefined ? this.namedArgsId : bucketOf(this.argsSource);
    return named === undefined ? heldArgs<Args>(this, this.connection) : this.connection.buckets.findArgs<Args>(named);
  }

  /** The result that is stored now. @throws UnsupportedError for a job that stores none */
  async result(): Promise<ResultBucket<Result> | undefined> {
    await this.connection.ready();
    return this.connection.buckets.findResult<Result>(this.requireResultId());
  }

  /**
   * Resolves with the result once it is stored.
   *
   * @param options.timeout how long to wait; default one minute
   * @throws TimeoutError that names the state of the job; UnsupportedError for a job that stores no result
   */
  async waitForResult(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<ResultBucket<Result>> {
    return this.waitBy('waitForResult()', options);
  }

  /**
   * Resolves with the returned value once the job has succeeded.
   *
   * @param options.timeout how long to wait; default one minute
   * @throws JobFailedError if it failed, was skipped or was cancelled; TimeoutError; UnsupportedError for a job that
   * stores no result
   */
  async waitUntilFinished(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<Result> {
    return valueOf(this, await this.waitBy('waitUntilFinished()', options));
  }

  /**
   * The current state. For a job that has delegated: the state of the job it delegated to.
   *
   * @throws UnsupportedError for a broker that cannot find jobs
   */
  status(): Promise<JobStatus> {
    return statusOf(this, this.connection);
  }

  /**
   * Explains why the job is not done (what it waits for, until when it is delayed, which retry it is), or how it ended.
   *
   * @throws UnsupportedError
   */
  explain(): Promise<JobExplanation> {
    return explain(this, this.connection);
  }

  /**
   * Cancels the job, whatever its state. Its result says so, and it does not recur. A running job's `msg.signal`
   * aborts. For a job that has delegated, cancels the job that it delegated to.
   *
   * @returns false if the broker no longer holds it
   * @throws UnsupportedError for a broker that cannot find jobs
   */
  cancel(): Promise<boolean> {
    return cancelJob(this, this.connection);
  }

  /** The message that enqueues it now. @throws SerializationError */
  toMessage(): OutgoingMessage {
    const { options, connection, toEnqueue } = this;
    const now = connection.now();
    const bucket = this.argsBucket(now, toEnqueue);
    const schedule = firstOccurrence(options, now);
    const inMessage = bucket === undefined && options.args !== undefined;
    const hasIds = connection.broker.capabilities.jobIds;
    return {
      channel: this.channel,
      payload: inMessage ? connection.serializer.encode(options.args, 'args') : EMPTY,
      contentType: inMessage ? connection.serializer.contentType : undefined,
      headers: this.headers(now, schedule, bucket?.id),
      id: hasIds ? this.id : undefined,
      resultId: hasIds && this.resultId !== this.id ? this.resultId : undefined,
      priority: options.priority,
      dueAt: schedule.delay === undefined ? schedule.dueAt : undefined,
      delay: schedule.delay,
      buckets: bucket && [bucket],
      clears: this.staleResult(),
      waits: this.waits(),
    };
  }

  /** The buckets that it waits for, as far as this object knows. @throws DependencyError */
  get waitsFor(): readonly Wait[] {
    return waitsOf(this, this.dependencies);
  }

  /** The job as the graph check needs it. */
  graphNode(): GraphNode {
    return graphNode(this, this.dependencies);
  }

  /** Called when the job was published, or became part of a settlement. */
  noteEnqueued(): void {
    this.last = this.toEnqueue;
    this.next = undefined;
    this.unconfirmedPublish = undefined;
  }

  /** Called when the broker did not confirm a publish of the job. */
  noteUnconfirmed(publish: UnconfirmedPublish): void {
    this.unconfirmedPublish = publish;
  }

  /** The publish that the broker did not confirm; undefined if there is none. */
  get unconfirmed(): UnconfirmedPublish | undefined {
    return this.unconfirmedPublish;
  }

  /** Distinguishes this enqueueing from others of the same id. */
  get nonce(): string | undefined {
    return this.handedOver ? this.handedOver.nonce : this.toEnqueue.nonce;
  }

  /**
   * Sets the id of a follower. A repeated run sets the same one, so that the follower is not published twice. A chosen
   * id stays.
   */
  adoptId(id: string): void {
    if (this.options.id === undefined && this.last === undefined && this.unconfirmedPublish === undefined)
      this.ownId = id;
  }

  /** Stores the result in the bucket of another job, for the dependents of that job. */
  storeResultIn(bucket: { readonly id: string; readonly ttl: number | null }, nonce: string | undefined): void {
    this.requireNotEnqueued('delegate()');
    if (this.options.id !== undefined || recurs(this.options))
      throw new InvalidOptionError(CANNOT_DELEGATE(this.label));
    this.connection.buckets.requireResults(`Delegating to job ${this.label}`);
    this.storesResult = true;
    this.resultBucketId = bucket.id;
    this.options.resultTtl = bucket.ttl;
    this.handedOver = { nonce };
  }

  private get hasOwnArgs(): boolean {
    return this.namedArgsId === undefined && keepsArgs(this.options, this.connection.buckets);
  }

  private get isEnqueued(): boolean {
    return this.last !== undefined;
  }

  private get toEnqueue(): Enqueueing {
    const { id, resultId } = this.options;
    this.next ??= newEnqueueing(id === undefined && resultId === undefined && this.last === undefined);
    return this.next;
  }

  private requireNotEnqueued(asked: string): void {
    if (this.isEnqueued)
      throw new InvalidOptionError(
        `${asked} was called on job ${this.label}, which is enqueued already. Call it before.`,
      );
  }

  private waits(): Waits | undefined {
    if (!this.hasDependencies) return undefined;
    const { broker, buckets } = this.connection;
    requireCapability(broker, 'dependencies', `"dependsOn" of job ${this.label}`);
    const into = buckets.requireResults(`"dependsOn" of job ${this.label}`);
    if (!this.connection.isTransactional(into)) throw new DependencyError(SEPARATE_RESULTS(this.label));
    if (recurs(this.options)) throw new DependencyError(RECURRING(this.label));
    const result = this.resultId === undefined ? undefined : { id: this.resultId, ttl: this.resultTtl, into };
    return { on: waitsOf(this, this.dependencies), timeout: this.options.waitTimeout ?? DEFAULTS.waitTimeout, result };
  }

  private headers(
    now: number,
    { dueAt, recurring }: FirstOccurrence,
    argsBucketId: string | undefined,
  ): Record<string, string> {
    const { options } = this;
    const parameters = {
      id: this.id,
      nonce: this.nonce,
      argsBucketId: argsBucketId ?? this.argsId,
      result: this.resultId === undefined ? undefined : { id: this.resultId, ttl: this.resultTtl },
      retries: { maxAmount: options.retries ?? 0, alreadyTried: 0 },
      timeout: options.timeout,
      timestamp: now,
      ttl: options.ttl ?? null,
      dueAt: recurring ? undefined : dueAt,
      schedule: recurring,
      dependsOn: this.hasDependencies ? this.dependencies.map(({ on }) => bucketOf(on) ?? '') : undefined,
      unrouted: 0,
    };
    const headers = options.headers === undefined ? {} : { ...options.headers };
    headers[HEADER.topic] = this.name;
    return writeParameters(parameters, headers);
  }

  private get resultTtl(): number | null {
    return this.options.resultTtl === undefined ? DEFAULTS.resultTtl : this.options.resultTtl;
  }

  private async waitBy(call: string, given: object): Promise<ResultBucket<Result>> {
    const { timeout = DEFAULTS.resultTimeout, signal } = parseWaitOptions(given, `${call} of job ${this.label}`);
    await this.connection.ready();
    return awaitResult<Result>(this, this.requireResultId(), this.connection, { timeout, signal });
  }

  private requireResultId(): string {
    this.connection.buckets.requireResults(`The result of job "${this.name}"`);
    const { resultId } = this;
    if (resultId !== undefined) return resultId;
    throw new UnsupportedError(`Job ${this.label} stores no result: it has "storeResult: false".`);
  }

  private argsBucket(now: number, enqueueing: Enqueueing): BucketWrite | undefined {
    const { args, argsTtl = null } = this.options;
    const id = this.hasOwnArgs ? argsBucketOf(this.id, enqueueing) : this.namedArgsId;
    if (id === undefined || args === undefined) return undefined;
    return this.connection.buckets.writeArgs(id, { data: args, timestamp: new Date(now), ttl: argsTtl });
  }

  /** For an id that was used before: clears the old result, so that it is not taken for the new one. */
  private staleResult(): OutgoingMessage['clears'] {
    const { resultsBroker } = this.connection.buckets;
    const mayBeStale = this.isEnqueued || this.options.id !== undefined || this.options.resultId !== undefined;
    if (!mayBeStale || this.resultId === undefined || resultsBroker === undefined) return undefined;
    return [{ id: this.resultId, into: resultsBroker }];
  }
}

const EMPTY = new Uint8Array(0);
