import { DEFAULTS } from '../defaults.js';
import { MalformedMessageError } from '../errors/index.js';
import { show } from '../errors/show.js';
import { HEADER } from './header-names.js';
import { checkSchedule, type Schedule } from './schedule.js';

/** What a job's headers say about its run. Times and durations in milliseconds. */
export interface MessageParameters {
  /** The job's id; undefined for a bare message. */
  readonly id?: string;
  /**
   * The bucket of the arguments; undefined if they are the payload. An id that consists of the job's id, `#` and a
   * suffix is the job's own bucket.
   */
  readonly argsBucketId?: string;
  /** The bucket of the result; undefined if it is not stored. */
  readonly result?: { readonly id: string; readonly ttl: number | null };
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
  /** The job's own time limit; undefined for the actor's. */
  readonly timeout?: number;
  /** When it was enqueued. */
  readonly timestamp?: number;
  /** When it should run; only for a deferred job that does not recur. */
  readonly dueAt?: number;
  /** How long after `timestamp`, or after it was due, it may still run; null for ever. */
  readonly ttl: number | null;
  /** How it recurs, and when this occurrence was due. */
  readonly schedule?: Schedule;
  /** The buckets that it waited for. */
  readonly dependsOn?: readonly string[];
  /** How many times it was delivered without an actor for it. */
  readonly unrouted: number;
  /** The first time that happened, in milliseconds since the epoch. */
  readonly unroutedSince?: number;
  /** Distinguishes runs with the same id; undefined if the id alone is unique. */
  readonly nonce?: string;
}

/** @throws MalformedMessageError for a reserved header with an invalid value */
export function readParameters(headers: Readonly<Record<string, string>>): MessageParameters {
  const resultId = resultBucketOf(headers);
  const schedule = readSchedule(headers);
  const { unrouted, unroutedSince } = readUnrouted(headers);
  return {
    id: headers[HEADER.id],
    argsBucketId: argsBucketOf(headers),
    result: resultId === undefined ? undefined : { id: resultId, ttl: readTtl(headers) },
    retries: readRetries(headers),
    timeout: readNumber(headers, HEADER.timeout),
    timestamp: readNumber(headers, HEADER.timestamp),
    dueAt: schedule === undefined ? readNumber(headers, HEADER.dueAt) : undefined,
    ttl: readNumber(headers, HEADER.ttl) ?? null,
    schedule,
    dependsOn: readDependencies(headers),
    unrouted,
    unroutedSince,
    nonce: headers[HEADER.nonce],
  };
}

/** The result bucket that these headers name. */
export function resultBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const id = headers[HEADER.resultBucket];
  return id === SAME_AS_JOB ? headers[HEADER.id] : id;
}

/**
 * The result bucket that these headers name, and its time to live in milliseconds (null for ever); undefined if the
 * result is not stored. For brokers that end jobs themselves: an invalid time to live counts as the default.
 */
export function resultTargetOf(
  headers: Readonly<Record<string, string>>,
): { readonly id: string; readonly ttl: number | null } | undefined {
  const id = resultBucketOf(headers);
  if (id === undefined) return undefined;
  const text = headers[HEADER.resultTtl];
  if (text === 'null') return { id, ttl: null };
  return { id, ttl: toNumber(text) ?? DEFAULTS.resultTtl };
}

/**
 * The result bucket if it is not the job's id: a name that is reserved in addition to the id (see
 * `OutgoingMessage.resultId`).
 */
export function furtherResultBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const id = resultBucketOf(headers);
  return id === headers[HEADER.id] ? undefined : id;
}

/** Begins the suffix of a job's own arguments bucket, after the job's id. Chosen ids must not begin with it. */
export const OWN_ARGS_SIGN = '#';

/** The default suffix of a job's own arguments bucket. Other suffixes distinguish buckets of the same id. */
export const OWN_ARGS = `${OWN_ARGS_SIGN}args`;

/** The arguments bucket that these headers name. */
export function argsBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  return ownArgsBucketOf(headers) ?? headers[HEADER.argsBucket];
}

/**
 * The job's own arguments bucket; undefined if a user named the bucket. It is deleted when the job has ended for good,
 * and kept for retries, dead letters and their replay.
 */
export function ownArgsBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const suffix = headers[HEADER.argsBucket];
  if (suffix === undefined || (suffix !== '' && !suffix.startsWith(OWN_ARGS_SIGN))) return undefined;
  return ownArgsBucket(headers[HEADER.id], suffix);
}

/** The id of a job's own arguments bucket. @param suffix begins with `#`; empty for the default suffix */
export function ownArgsBucket(jobId = '', suffix = ''): string {
  return `${jobId}${suffix === '' ? OWN_ARGS : suffix}`;
}

/**
 * The headers with the full id of the arguments bucket, which several messages share from now on: it is not deleted
 * with one of them.
 */
export function withSharedArgs(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = ownArgsBucketOf(headers);
  return own === undefined ? headers : { ...headers, [HEADER.argsBucket]: own };
}

/** Adds the parameters to the headers. Default values are left out. */
export function writeParameters(
  parameters: MessageParameters,
  headers: Record<string, string> = {},
): Record<string, string> {
  const { id, argsBucketId, result, retries, timeout, timestamp, ttl, dueAt, dependsOn, schedule, nonce } = parameters;
  if (id !== undefined) headers[HEADER.id] = id;
  if (nonce !== undefined) headers[HEADER.nonce] = nonce;
  if (argsBucketId !== undefined) headers[HEADER.argsBucket] = withoutJobId(argsBucketId, id);
  if (result) writeResult(result, id, headers);
  if (retries.maxAmount) headers[HEADER.retries] = String(retries.maxAmount);
  if (retries.alreadyTried) headers[HEADER.tried] = String(retries.alreadyTried);
  if (timeout !== undefined) headers[HEADER.timeout] = String(timeout);
  if (timestamp !== undefined) headers[HEADER.timestamp] = String(timestamp);
  if (ttl !== null) headers[HEADER.ttl] = String(ttl);
  if (dueAt !== undefined) headers[HEADER.dueAt] = String(dueAt);
  if (dependsOn) writeDependencies(dependsOn, argsBucketId, headers);
  if (parameters.unrouted) headers[HEADER.unrouted] = unroutedText(parameters);
  if (schedule) writeSchedule(schedule, headers);
  return headers;
}

function writeResult(
  { id, ttl }: { id: string; ttl: number | null },
  jobId: string | undefined,
  headers: Record<string, string>,
): void {
  headers[HEADER.resultBucket] = id === jobId ? SAME_AS_JOB : id;
  if (ttl !== DEFAULTS.resultTtl) headers[HEADER.resultTtl] = String(ttl);
}

/** Shortens the id of a job's own arguments bucket to its suffix; the default suffix is left out. */
function withoutJobId(argsBucketId: string, jobId: string | undefined): string {
  if (jobId === undefined || !argsBucketId.startsWith(jobId + OWN_ARGS_SIGN)) return argsBucketId;
  const suffix = argsBucketId.slice(jobId.length);
  return suffix === OWN_ARGS ? '' : suffix;
}

/** Stands for the job's own id, which is the default result bucket, to save bytes. */
const SAME_AS_JOB = '';

/** Stands for the arguments bucket. Most jobs that wait for one bucket wait for that one. */
const ARGS_ALONE = '';

function writeDependencies(
  ids: readonly string[],
  argsBucketId: string | undefined,
  headers: Record<string, string>,
): void {
  const isArgsAlone = ids.length === 1 && ids[0] === argsBucketId;
  headers[HEADER.dependsOn] = isArgsAlone ? ARGS_ALONE : JSON.stringify(ids);
}

const NO_RETRIES = { maxAmount: 0, alreadyTried: 0 } as const;

function readRetries(headers: Readonly<Record<string, string>>): MessageParameters['retries'] {
  if (headers[HEADER.retries] === undefined && headers[HEADER.tried] === undefined) return NO_RETRIES;
  return { maxAmount: readNumber(headers, HEADER.retries) ?? 0, alreadyTried: readNumber(headers, HEADER.tried) ?? 0 };
}

/** A single number is the count, as it was written before there was a time. */
function readUnrouted(
  headers: Readonly<Record<string, string>>,
): Pick<MessageParameters, 'unrouted' | 'unroutedSince'> {
  const text = headers[HEADER.unrouted];
  if (text === undefined) return NEVER_UNROUTED;
  const [count, since, ...rest] = text.split(' ').map(toNumber);
  const isWrong = count === undefined || rest.length > 0 || (since === undefined && text.includes(' '));
  if (!isWrong) return since === undefined ? { unrouted: count } : { unrouted: count, unroutedSince: since };
  throw new MalformedMessageError(
    `Header "${HEADER.unrouted}" is ${show(text)}: expected a count and the time of the first one.`,
  );
}

const NEVER_UNROUTED = { unrouted: 0, unroutedSince: undefined } as const;

function unroutedText({ unrouted, unroutedSince }: MessageParameters): string {
  return unroutedSince === undefined ? String(unrouted) : `${unrouted} ${unroutedSince}`;
}

function readTtl(headers: Readonly<Record<string, string>>): number | null {
  if (headers[HEADER.resultTtl] === 'null') return null;
  return readNumber(headers, HEADER.resultTtl) ?? DEFAULTS.resultTtl;
}

function readDependencies(headers: Readonly<Record<string, string>>): string[] | undefined {
  const text = headers[HEADER.dependsOn];
  if (text === undefined) return undefined;
  const argsBucketId = argsBucketOf(headers);
  if (text === ARGS_ALONE && argsBucketId !== undefined) return [argsBucketId];
  try {
    const ids: unknown = JSON.parse(text);
    if (Array.isArray(ids) && ids.every((id) => typeof id === 'string')) return ids;
  } catch {
    // Reported below, like any other invalid value.
  }
  throw new MalformedMessageError(
    `Header "${HEADER.dependsOn}" is ${show(text, 100)}: expected a JSON array of bucket ids.`,
  );
}

function readSchedule(headers: Readonly<Record<string, string>>): Schedule | undefined {
  const every = readNumber(headers, HEADER.every);
  const cron = headers[HEADER.cron];
  if (every === undefined && cron === undefined) return undefined;
  const dueAt = readNumber(headers, HEADER.dueAt) ?? 0;
  const timeZone = headers[HEADER.cronTimeZone];
  const schedule: Schedule = cron === undefined ? { every: every as number, dueAt } : { cron, timeZone, dueAt };
  try {
    checkSchedule(schedule);
    return schedule;
  } catch (cause) {
    throw new MalformedMessageError(`The headers contain an invalid schedule: ${(cause as Error).message}`, { cause });
  }
}

function writeSchedule(schedule: Schedule, headers: Record<string, string>): void {
  headers[HEADER.dueAt] = String(schedule.dueAt);
  if ('every' in schedule) headers[HEADER.every] = String(schedule.every);
  else {
    headers[HEADER.cron] = schedule.cron;
    if (schedule.timeZone !== undefined) headers[HEADER.cronTimeZone] = schedule.timeZone;
  }
}

function readNumber(headers: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = headers[name];
  if (text === undefined) return undefined;
  const number = toNumber(text);
  if (number === undefined) {
    throw new MalformedMessageError(`Header "${name}" is ${show(text)}: expected a number of at least 0.`);
  }
  return number;
}

function toNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || text === '' || !Number.isFinite(number) || number < 0 ? undefined : number;
}
