import * as v from 'valibot';
import type { Dependency } from '../dependency/dependency.js';
import type { Duration } from '../duration/index.js';
import { InvalidOptionError, show } from '../errors/index.js';
import { PRIORITIES, type Priority } from '../message/index.js';
import { option } from '../options/index.js';
import { optionsParser } from '../options/options-parser.js';
import { A_DEPENDENCY, resolveDependency } from './dependencies.js';
import type { JobHandle } from './job-handle.js';

/** Options of a job. */
export interface JobOptions<Args = unknown> {
  /** @default 'default' */
  channel?: string;
  /**
   * The job's id, unique in the connection, across channels, while the broker holds the job: enqueueing another one
   * rejects with DuplicateJobError. Must not begin with `#`.
   *
   * @default 21 random characters
   */
  id?: string;
  /** The payload for the actor. */
  args?: Args;
  /**
   * The bucket of the arguments. With `args`: where to store them. Without: an existing bucket, such as another job's
   * result. Must differ from the job's own result bucket, and not begin with `#`.
   *
   * @default a bucket of the job's own, deleted with the job
   */
  argsId?: string;
  /** How long the arguments bucket is kept; null for ever. @default as long as the job; for ever with `argsId` */
  argsTtl?: Duration | null;
  /**
   * Keep the arguments in a bucket instead of the message.
   *
   * @default true if the connection has an arguments bucket broker
   */
  useArgsBucket?: boolean;
  /** @default true if the connection has a results bucket broker */
  storeResult?: boolean;
  /**
   * The bucket of the result. Reserved like an id while the broker holds the job. Must not begin with `#`.
   *
   * @default the job's id
   */
  resultId?: string;
  /** How long the result is kept; null for ever. @default '1d' */
  resultTtl?: Duration | null;
  /** How often a failed run is retried. @default 0 */
  retries?: number;
  /** Time limit of one run. @default the actor's */
  timeout?: Duration;
  /** Dead-letter the job as expired if it has not run for this long. @default never */
  ttl?: Duration;
  /** @default 'medium' */
  priority?: Priority;
  /** Do not run before this time has passed, from when the job is enqueued or released. Instead of `deferredUntil`. */
  delay?: Duration;
  /** Do not run before this time. With `every` or `deferredBy`: the first time of a recurring job. */
  deferredUntil?: Date;
  /** Run repeatedly with this interval, the first time after one interval. */
  every?: Duration;
  /** The same as `every`. */
  deferredBy?: Duration;
  /**
   * Run at the times of a cron expression. The time zone defaults to that of the process that enqueues the job, and is
   * stored with it.
   */
  cron?: string | { expression: string; timeZone?: string };
  /** A job or bucket whose result is this job's payload. This job waits for its success. Instead of `args`. */
  argsFrom?: JobHandle | string;
  /** What must have ended before this job runs. Jobs that are enqueued together may be in any order. */
  dependsOn?: Dependency | readonly Dependency[];
  /** Skip the job if its dependencies have not ended after this time. @default '7d' */
  waitTimeout?: Duration;
  /** Further headers of the message. Names that begin with `repid-` are reserved and refused. */
  headers?: Record<string, string>;
}

const ttl = v.nullable(option.duration);
const cron = v.union(
  [v.string(), v.strictObject({ expression: v.string(), timeZone: v.optional(v.string()) })],
  'expected a cron expression, or { expression, timeZone }',
);

const schema = v.strictObject({
  channel: v.optional(option.channelName),
  id: v.optional(option.id),
  args: v.optional(v.unknown()),
  argsId: v.optional(option.id),
  argsTtl: v.optional(v.nullable(option.positiveDuration)),
  useArgsBucket: v.optional(option.boolean),
  storeResult: v.optional(option.boolean),
  resultId: v.optional(option.id),
  resultTtl: v.optional(ttl),
  retries: v.optional(option.wholeNumber(0)),
  timeout: v.optional(option.positiveDuration),
  ttl: v.optional(option.duration),
  priority: v.optional(option.oneOf(PRIORITIES as readonly ['high', 'medium', 'low'])),
  delay: v.optional(option.duration),
  deferredUntil: v.optional(option.date),
  every: v.optional(option.duration),
  deferredBy: v.optional(option.duration),
  cron: v.optional(cron),
  argsFrom: v.optional(
    v.custom<JobHandle | string>(
      (value) => resolveDependency(value)?.on === value,
      'expected a job, or the id of a bucket',
    ),
  ),
  dependsOn: v.optional(
    v.custom<Dependency | readonly Dependency[]>(isDependencies, `expected ${A_DEPENDENCY}, or an array of them`),
  ),
  waitTimeout: v.optional(option.duration),
  headers: v.optional(option.headers),
});

function isDependencies(value: unknown): boolean {
  return (Array.isArray(value) ? value : [value]).every((dependency) => resolveDependency(dependency) !== undefined);
}

const parse = optionsParser(schema);

/** Options of a wait for a result. @throws InvalidOptionError */
export const parseWaitOptions = optionsParser(
  v.strictObject({ timeout: v.optional(option.duration), signal: v.optional(option.abortSignal) }),
);

/** Validated job options; durations in milliseconds. */
export type ParsedJobOptions = v.InferOutput<typeof schema>;

/** @throws InvalidOptionError that names the job and the option */
export function parseJobOptions(name: string, options: JobOptions): ParsedJobOptions {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError(
      `The name of a job is ${show(name)}: expected text that is not empty, the name of its actor.`,
    );
  }
  return parse(options, `job "${name}"`);
}
