import { requireCapability } from '../broker/index.js';
import type { ArgsBucket, BucketWrite, ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import type { Dependency } from '../dependency/dependency.js';
import type { GraphNode } from '../dependency/graph-check.js';
import type { Wait, Waits } from '../dependency/waits.js';
import type { Duration } from '../duration/index.js';
import { DependencyError, InvalidOptionError } from '../errors/index.js';
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
import { firstOccurrence, type FirstOccurrence } from './first-occurrence.js';
import { heldArgs } from './held-args.js';
import { parseJobOptions, parseWaitOptions, type JobOptions, type ParsedJobOptions } from './job-options.js';
import { JOB, type JobHandle } from './job-handle.js';
import type { JobStatus } from './job-status.js';
import { newId } from './new-id.js';
import { SEPARATE_RESULTS, CANNOT_DELEGATE, RECURRING } from './refusals.js';
import { statusOf } from './status-of.js';
import { keepsArgs, namedArgsId, storesResult } from './stored-parts.js';
import type { UnconfirmedPublish } from './unconfirmed-publish.js';

/**
 * A piece of work to be done by the actor of this name, and a handle on it: an id names one job in the connection, so with the
 * same id it is the same job in any process, whatever its channel. Made by `repid.job()`; nothing happens before `enqueue()`.
 */
export class Job<Args = unknown, Result = unknown> {
  /** Final once it is enqueued; a follower's derives from its parent's where none was chosen. */
  get id(): string {
    this.ownId ??= newId(); // Not before it is asked for: followers are given theirs.
    return this.ownId;
  }
  /** The topic: names the actor. */
  readonly name: string;
  readonly channel: string;

  private ownId: string | undefined;
  /** The arguments bucket, where it has an id of its own: one that was chosen, or that lives for a time of its own. */
  private readonly namedArgsId: string | undefined;
  private storesResult: boolean;
  /** Where the result goes, unless it goes by the job's id. */
  private resultPlace: string | undefined;
  private argsSource: JobHandle | string | undefined;
  private readonly dependencies: ResolvedDependency[];
  /** The time that it was enqueued last, and the one that it is to be enqueued next. */
  private last: Enqueueing | undefined;
  private next: Enqueueing | undefined;
  /** Where nobody could tell whether it was enqueued. */
  private unconfirmedPublish: UnconfirmedPublish | undefined;
  /** The nonce of the job whose result it stores, where one has delegated to it. */
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
    this.resultPlace = this.options.resultId;
    this.dependencies = resolveDependencies(this.options.dependsOn, `job "${name}"`);
    if (this.options.argsFrom !== undefined) this.takeArgsFrom(this.options.argsFrom);
    if (this.options.id !== undefined) requireCapability(this.connection.broker, 'jobIds', `The id of job "${name}"`);
  }

  /** @internal */
  get [JOB](): Job {
    return this;
  }

  /**
   * Publishes it. It may be passed on unbound, as in `msg.addCallback(job.enqueue)`.
   *
   * Rejects with DuplicateJobError while a job of this id is there, PayloadTooLargeError, SerializationError,
   * BrokerUnavailableError. After that last one it may be called again on this object, which does no harm: what has been enqueued
   * all the same is found by its id, and by its result where it has ended already and stores one.
   */
  get enqueue(): () => Promise<this> {
    const enqueue = async (): Promise<this> => {
      await enqueueJobs([this], this.publisher);
      return this;
    };
    return Object.assign(enqueue, { [JOB]: this });
  }

  /**
   * The bucket that the arguments lie in, where they are kept in one. One that nobody has named, and that was given no `argsTtl`,
   * goes with the job, and is another each time that the job is enqueued.
   */
  get argsId(): string | undefined {
    if (this.argsSource !== undefined) return bucketOf(this.argsSource);
    return this.namedArgsId ?? (this.hasOwnArgs ? argsBucketOf(this.id, this.last ?? this.toEnqueue) : undefined);
  }

  /** The bucket that the result goes to, where it is stored. */
  get resultId(): string | undefined {
    return this.storesResult ? (this.resultPlace ?? this.id) : undefined;
  }

  /** Name and id, for errors. */
  get label(): string {
    return `"${this.name}" (${this.id})`;
  }

  /** True where it has arguments, or knows where they lie. */
  get hasArgs(): boolean {
    return this.options.args !== undefined || this.options.argsId !== undefined || this.argsSource !== undefined;
  }

  /** False where nobody but this object knows its id, and it was never enqueued. */
  get mayExist(): boolean {
    return this.isEnqueued || this.options.id !== undefined || this.options.resultId !== undefined;
  }

  /** True where it waits for anything. */
  get hasDependencies(): boolean {
    return this.dependencies.length > 0;
  }

  /** Has it wait for more. @throws InvalidOptionError once it is enqueued */
  dependOn(...dependencies: readonly Dependency[]): this {
    this.requireNotEnqueued('dependOn()');
    this.dependencies.push(...resolveDependencies(dependencies, `dependOn() of job ${this.label}`));
    return this;
  }

  /** Has it wait for a job's success, or a bucket, and take that as its payload. @throws InvalidOptionError */
  takeArgsFrom(source: JobHandle | string): this {
    this.requireNotEnqueued('takeArgsFrom()');
    requireReference(source, `takeArgsFrom() of job ${this.label}`);
    if (this.hasArgs)
      throw new InvalidOptionError(
        `Job ${this.label} has arguments of its own and is to take those of another. Leave one out.`,
      );
    this.argsSource = source;
    if (!this.dependencies.some(({ on, condition }) => on === source && condition === 'success'))
      this.dependencies.push({ on: source, condition: 'success' });
    return this;
  }

  /** The arguments that are stored now: those of a bucket that it names, otherwise those of the job for as long as the broker holds it. */
  async args(): Promise<ArgsBucket<Args> | undefined> {
    await this.connection.ready();
    const named = this.argsSource === undefined ? this.namedArgsId : bucketOf(this.argsSource);
    return named === undefined ? heldArgs<Args>(this, this.connection) : this.connection.buckets.findArgs<Args>(named);
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
   * @throws TimeoutError after that, which says where the job is; UnsupportedError when this job stores no result
   */
  async waitForResult(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<ResultBucket<Result>> {
    const { timeout = DEFAULTS.resultTimeout, signal } = parseWaitOptions(
      options,
      `waitForResult() of job ${this.label}`,
    );
    await this.connection.ready();
    return awaitResult<Result>(this, this.requireResultId(), this.connection, { timeout, signal });
  }

  /** Where it is now; of a job that has delegated, where that other one is. @throws UnsupportedError when the broker cannot find jobs */
  status(): Promise<JobStatus> {
    return statusOf(this, this.connection);
  }

  /** Why it is not done: what it waits for, until when it is delayed, which retry it is; or how it has ended. @throws UnsupportedError */
  explain(): Promise<JobExplanation> {
    return explain(this, this.connection);
  }

  /**
   * Ends it, wherever it is: waiting, delayed, queued or running. Its result says so, and it does not come again. Where it
   * runs, its `msg.signal` fires. Of a job that has delegated, the other one is ended.
   *
   * @returns false where it is not there any more
   * @throws UnsupportedError when the broker cannot find jobs
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
      dueAt: schedule.dueAt,
      buckets: bucket && [bucket],
      clears: this.staleResult(),
      waits: this.waits(),
    };
  }

  /** The buckets that it waits for, as far as this object knows. @throws DependencyError */
  get waitsFor(): readonly Wait[] {
    return waitsOf(this, this.dependencies);
  }

  /** As the check of a graph sees it. */
  graphNode(): GraphNode {
    return graphNode(this, this.dependencies);
  }

  /** Called when it has been published, or taken into a settlement. */
  noteEnqueued(): void {
    this.last = this.toEnqueue;
    this.next = undefined;
    this.unconfirmedPublish = undefined;
  }

  /** Called when nobody can tell whether it has been published. */
  noteUnconfirmed(publish: UnconfirmedPublish): void {
    this.unconfirmedPublish = publish;
  }

  /** Set where nobody could tell whether it has been published. */
  get unconfirmed(): UnconfirmedPublish | undefined {
    return this.unconfirmedPublish;
  }

  /** Tells the time that it is being enqueued from others that used the same id. */
  get nonce(): string | undefined {
    return this.handedOver ? this.handedOver.nonce : this.toEnqueue.nonce;
  }

  /** As a follower: the same each time its parent gets to it, so that it is not there twice. A chosen id stays. */
  adoptId(id: string): void {
    if (this.options.id === undefined && this.last === undefined && this.unconfirmedPublish === undefined)
      this.ownId = id;
  }

  /** Has its result stored in another job's place, for those who wait for that one. */
  storeResultIn(place: { readonly id: string; readonly ttl: number | null }, nonce: string | undefined): void {
    this.requireNotEnqueued('delegate()');
    const { id, cron, deferredBy } = this.options;
    if (id !== undefined || cron !== undefined || deferredBy !== undefined)
      throw new InvalidOptionError(CANNOT_DELEGATE(this.label));
    this.connection.buckets.requireResults(`Delegating to job ${this.label}`);
    this.storesResult = true;
    this.resultPlace = place.id;
    this.options.resultTtl = place.ttl;
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
    if (this.options.cron !== undefined || this.options.deferredBy !== undefined)
      throw new DependencyError(RECURRING(this.label));
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
    return writeParameters(parameters, { ...options.headers, [HEADER.topic]: this.name });
  }

  private get resultTtl(): number | null {
    return this.options.resultTtl === undefined ? DEFAULTS.resultTtl : this.options.resultTtl;
  }

  private requireResultId(): string {
    this.connection.buckets.requireResults(`The result of job "${this.name}"`);
    return this.resultId ?? this.id;
  }

  private argsBucket(now: number, enqueueing: Enqueueing): BucketWrite | undefined {
    const { args, argsTtl = null } = this.options;
    const id = this.hasOwnArgs ? argsBucketOf(this.id, enqueueing) : this.namedArgsId;
    if (id === undefined || args === undefined) return undefined;
    return this.connection.buckets.writeArgs(id, { data: args, timestamp: new Date(now), ttl: argsTtl });
  }

  /** An id that was used before: the result of that time must not be taken for the one to come. */
  private staleResult(): OutgoingMessage['clears'] {
    const { resultsBroker } = this.connection.buckets;
    const mayBeStale = this.isEnqueued || this.options.id !== undefined || this.options.resultId !== undefined;
    if (!mayBeStale || this.resultId === undefined || resultsBroker === undefined) return undefined;
    return [{ id: this.resultId, into: resultsBroker }];
  }
}

const EMPTY = new Uint8Array(0);
