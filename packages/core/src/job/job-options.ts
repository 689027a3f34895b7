import * as v from 'valibot';
import type { Dependency } from '../dependency/dependency.js';
import type { Duration } from '../duration/index.js';
import { InvalidOptionError, show } from '../errors/index.js';
import { PRIORITIES, type Priority } from '../message/index.js';
import { option } from '../options/index.js';
import { optionsParser } from '../options/options-parser.js';
import { A_DEPENDENCY, resolveDependency } from './dependencies.js';
import type { JobHandle } from './job-handle.js';

/** How a job is enqueued and run. */
export interface JobOptions<Args = unknown> {
  /** @default 'default' */
  channel?: string;
  /**
   * Names one job in the connection, whatever its channel, while the job is there: enqueueing another rejects with DuplicateJobError. Does not begin
   * with `#`. @default 21 random characters
   */
  id?: string;
  /** What the actor gets as its payload. */
  args?: Args;
  /**
   * The bucket that the arguments lie in: with `args`, where to put them; without, one that is there already, e.g. another job's result. Another
   * than that of the job's own result; does not begin with `#`. @default one of the job's own, which goes with it
   */
  argsId?: string;
  /** How long the arguments bucket is kept; null for ever. @default as long as its job; with `argsId` for ever */
  argsTtl?: Duration | null;
  /** Keep the arguments in a bucket, not in the message. @default true where the connection has an arguments bucket broker */
  useArgsBucket?: boolean;
  /** @default true where the connection has a results bucket broker */
  storeResult?: boolean;
  /** The bucket that the result is stored in; taken like an id while the job is there. Does not begin with `#`. @default the job's id */
  resultId?: string;
  /** How long the result is kept; null for ever. @default '1d' */
  resultTtl?: Duration | null;
  /** How many times a failed run is tried again. @default 0 */
  retries?: number;
  /** How long one run may take. @default the actor's */
  timeout?: Duration;
  /** A job that has not been run for so long is dead-lettered as expired. @default for ever */
  ttl?: Duration;
  /** @default 'medium' */
  priority?: Priority;
  /** Run it not before this time. With `deferredBy`, the first time of a recurring job. */
  deferredUntil?: Date;
  /** Run it every so often, for the first time after this span. */
  deferredBy?: Duration;
  /** Run it at the times of a cron expression, in a time zone: by default that of the process which enqueues it, and it stays that one. */
  cron?: string | { expression: string; timeZone?: string };
  /** A job, or a bucket: its result is this job's payload, and this job waits for its success. Instead of `args`. */
  argsFrom?: JobHandle | string;
  /** What must have ended before this job is run. Jobs enqueued together may be given in any order. */
  dependsOn?: Dependency | readonly Dependency[];
  /** A job whose dependencies have not come by then is skipped. @default '7d' */
  waitTimeout?: Duration;
  /** Further headers of the message. Names that begin with `repid-` are ours, and refused. */
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
  deferredUntil: v.optional(option.date),
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

/** How long to wait for a result. @throws InvalidOptionError */
export const parseWaitOptions = optionsParser(
  v.strictObject({ timeout: v.optional(option.duration), signal: v.optional(option.abortSignal) }),
);

/** Checked job options; spans in milliseconds. */
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
