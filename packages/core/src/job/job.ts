import { requireCapability } from '../broker/index.js';
import type { ArgsBucket, BucketWrite, ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import { toMilliseconds, type Duration } from '../duration/index.js';
import type { GraphNode } from '../dependency/graph-check.js';
import type { Dependency } from '../dependency/dependency.js';
import type { Wait, Waits } from '../dependency/waits.js';
import { CancelledError, DependencyError, InvalidOptionError } from '../errors/index.js';
import { HEADER, writeParameters, type OutgoingMessage } from '../message/index.js';
import { type Awaited, explain, type JobExplanation } from '../graph/explanation.js';
import type { Producer } from '../producer/producer.js';
import { checkJobs } from './check-jobs.js';
import { firstOccurrence, type FirstOccurrence } from './first-occurrence.js';
import { bucketOf, graphNode, resolveDependencies, waitsOf, type ResolvedDependency } from './dependencies.js';
import { parseJobOptions, type JobOptions, type ParsedJobOptions } from './job-options.js';
import { JOB } from './job-reference.js';
import type { JobStatus } from './job-status.js';
import { endedState } from './job-status.js';
import { newId } from './new-id.js';

/**
 * A piece of work to be done by the actor of this name, and a handle on it: with the same id and name it is the same
 * job in any process. Made by `repid.job()`; nothing happens before `enqueue()`.
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
  private readonly ownArgsId: string | undefined;
  private storesResult: boolean;
  /** Where the result goes, unless it goes by the job's id. */
  private resultPlace: string | undefined;
  private argsSource: Job | string | undefined;
  private readonly dependencies: ResolvedDependency[];
  private isEnqueued = false;
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
    this.ownId = this.options.id;
    this.ownArgsId = this.chooseArgsId();
    this.storesResult = this.isToStoreResult();
    this.resultPlace = this.options.resultId;
    this.dependencies = resolveDependencies(this.options.dependsOn);
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
   * BrokerUnavailableError.
   */
  get enqueue(): () => Promise<this> {
    const enqueue = async (): Promise<this> => {
      if (!this.connection.isReady) await this.connection.ready();
      checkJobs([this]);
      await this.producer.publish([this.toMessage()]);
      this.noteEnqueued();
      return this;
    };
    return Object.assign(enqueue, { [JOB]: this });
  }

  /** The bucket that the arguments lie in, where they are kept in one. */
  get argsId(): string | undefined {
    return this.argsSource === undefined ? this.ownArgsId : bucketOf(this.argsSource);
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
    return this.options.args !== undefined || this.argsId !== undefined;
  }

  /** False where nobody but this object knows its id, and it was never enqueued. */
  get mayBeThere(): boolean {
    return this.isEnqueued || this.options.id !== undefined || this.options.resultId !== undefined;
  }

  /** True where it waits for anything. */
  get hasDependencies(): boolean {
    return this.dependencies.length > 0;
  }

  /** Has it wait for more. @throws InvalidOptionError once it is enqueued */
  dependOn(...dependencies: readonly Dependency[]): this {
    this.requireNotEnqueued('dependOn()');
    this.dependencies.push(...resolveDependencies(dependencies));
    return this;
  }

  /** Has it wait for a job's success, or a bucket, and take that as its payload. @throws InvalidOptionError */
  takeArgsFrom(source: Job | string): this {
    this.requireNotEnqueued('takeArgsFrom()');
    if (this.hasArgs)
      throw new InvalidOptionError(
        `Job ${this.label} has arguments of its own and is to take those of another. Leave one out.`,
      );
    this.argsSource = source;
    if (!this.dependencies.some(({ on, condition }) => on === source && condition === 'success'))
      this.dependencies.push({ on: source, condition: 'success' });
    return this;
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
    const place = await broker.locate(this.id);
    if (place !== undefined) return { state: place.location };
    const bucket = this.resultId === undefined ? undefined : await buckets.findResult(this.resultId);
    return { state: endedState(bucket) };
  }

  /** Why it is not done: what it waits for, until when it is delayed, which retry it is; or how it has ended. */
  async explain(): Promise<JobExplanation> {
    const { broker, buckets } = this.connection;
    requireCapability(broker, 'jobIds', 'explain()');
    await this.connection.ready();
    const inspection = await broker.inspect(this.id);
    if (inspection) return explain(this.label, inspection, undefined, await this.locateAll(inspection.missing ?? []));
    return explain(
      this.label,
      undefined,
      this.resultId === undefined ? undefined : await buckets.findResult(this.resultId),
    );
  }

  private locateAll(waits: readonly Wait[]): Promise<Awaited[]> {
    const { broker } = this.connection;
    return Promise.all(
      waits.map(async (wait) => ({ ...wait, state: (await broker.locate(wait.bucketId))?.location ?? 'unknown' })),
    );
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
    const { name, message } = new CancelledError('The job was cancelled before it was run.');
    const exception = `${name}: ${message}`;
    const { resultsBroker: into } = this.connection.buckets;
    if (into && this.resultId !== undefined && !this.connection.isJoined(into)) return this.cancelApart(exception);
    return (await broker.cancel(this.id, { result: into && { into, exception } })) !== undefined;
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
      headers: this.headers(now, schedule),
      id: connection.broker.capabilities.jobIds ? this.id : undefined,
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
    this.isEnqueued = true;
  }

  /** As a follower: the same each time its parent gets to it, so that it is not there twice. A chosen id stays. */
  adoptId(id: string): void {
    if (this.options.id === undefined && !this.isEnqueued) this.ownId = id;
  }

  /** Has its result stored in another job's place, for those who wait for that one. */
  storeResultIn(place: { readonly id: string; readonly ttl: number | null }): void {
    this.requireNotEnqueued('delegate()');
    const { id, cron, deferredBy } = this.options;
    if (id !== undefined || cron !== undefined || deferredBy !== undefined)
      throw new InvalidOptionError(CANNOT_DELEGATE(this.label));
    this.connection.buckets.requireResults(`Delegating to job ${this.label}`);
    this.storesResult = true;
    this.resultPlace = place.id;
    this.options.resultTtl = place.ttl;
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
    if (!this.connection.isJoined(into)) throw new DependencyError(APART(this.label));
    if (this.options.cron !== undefined || this.options.deferredBy !== undefined)
      throw new DependencyError(RECURRING(this.label));
    const result = this.resultId === undefined ? undefined : { id: this.resultId, ttl: this.resultTtl, into };
    return { on: waitsOf(this, this.dependencies), timeout: this.options.waitTimeout ?? DEFAULTS.waitTimeout, result };
  }

  private headers(now: number, { dueAt, recurring }: FirstOccurrence): Record<string, string> {
    const { options } = this;
    const parameters = {
      id: this.id,
      argsBucketId: this.argsId,
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

  private chooseArgsId(): string | undefined {
    const { argsId, args, useArgsBucket = this.connection.buckets.argsBroker !== undefined } = this.options;
    if (argsId !== undefined) return argsId;
    return useArgsBucket && args !== undefined ? newId() : undefined;
  }

  private isToStoreResult(): boolean {
    const { resultsBroker } = this.connection.buckets;
    const { resultId, storeResult = resultsBroker !== undefined || resultId !== undefined } = this.options;
    if (storeResult) this.connection.buckets.requireResults(`Storing the result of job "${this.name}"`);
    else if (resultId !== undefined)
      throw new InvalidOptionError(
        `Job "${this.name}" has a "resultId" and is not to store a result. Leave one of the options out.`,
      );
    return storeResult;
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
    const isChosen = this.options.id !== undefined || this.options.resultId !== undefined;
    if (!isChosen || this.resultId === undefined || resultsBroker === undefined) return undefined;
    return [{ id: this.resultId, into: resultsBroker }];
  }

  private cancelledBucket(id: string, exception: string): BucketWrite {
    const now = new Date(this.connection.now());
    return this.connection.buckets.writeResult(id, {
      data: null,
      success: false,
      cancelled: true,
      exception,
      startedAt: now,
      finishedAt: now,
      timestamp: now,
      ttl: this.resultTtl,
    });
  }

  private async cancelApart(exception: string): Promise<boolean> {
    const cancelled = await this.connection.broker.cancel(this.id);
    if (cancelled === undefined || this.resultId === undefined) return cancelled !== undefined;
    const bucket = this.cancelledBucket(this.resultId, exception);
    await bucket.into.store([bucket]);
    return true;
  }
}

const EMPTY = new Uint8Array(0);

const APART = (label: string): string =>
  `Job ${label} waits for others, and results lie in another place than messages, so its release could not be atomic. ` +
  'Keep both in one place, or chain by callbacks and bucket ids.';

const CANNOT_DELEGATE = (label: string): string =>
  `Job ${label} cannot be delegated to: one with a chosen id may be there already and would be left out, and one that ` +
  'recurs has no one end; nobody would store the result. Leave "id", "cron" and "deferredBy" out.';

const RECURRING = (label: string): string =>
  `Job ${label} recurs and waits for others, which end but once. Have a recurring job enqueue them.`;
