import { DEFAULTS } from '../defaults.js';
import { MalformedMessageError } from '../errors/index.js';
import { show } from '../errors/show.js';
import { HEADER } from './header-names.js';
import { checkSchedule, type Schedule } from './schedule.js';

/** What a job's headers say about how it is to be run. Times and spans in milliseconds. */
export interface MessageParameters {
  /** The job's id; a bare message has none. */
  readonly id?: string;
  /** The bucket that holds the arguments, where they are not the payload. One whose id is the job's id, `#` and more is the job's own. */
  readonly argsBucketId?: string;
  /** Where the result goes; none where it is not stored. */
  readonly result?: { readonly id: string; readonly ttl: number | null };
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
  /** The job's own time limit; undefined where the actor's holds. */
  readonly timeout?: number;
  /** When it was enqueued. */
  readonly timestamp?: number;
  /** When it is to be run, where it was deferred and does not recur. */
  readonly dueAt?: number;
  /** How long after `timestamp`, or after it was due, it may still be run; null for ever. */
  readonly ttl: number | null;
  /** How it recurs, and when this occurrence was due. */
  readonly schedule?: Schedule;
  /** The buckets that it has waited for. */
  readonly dependsOn?: readonly string[];
  /** By how many looks no actor was found for it. */
  readonly unrouted: number;
  /** When that was so first, in milliseconds since the epoch. */
  readonly unroutedSince?: number;
  /** Tells the runs of one id apart; undefined where the id alone does. */
  readonly nonce?: string;
}

/** @throws MalformedMessageError when one of our headers does not say what it should */
export function readParameters(headers: Readonly<Record<string, string>>): MessageParameters {
  const resultId = resultBucketOf(headers);
  const schedule = readSchedule(headers);
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
    ...readUnrouted(headers),
    nonce: headers[HEADER.nonce],
  };
}

/** The bucket that the result of a message with these headers goes to. */
export function resultBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const id = headers[HEADER.resultBucket];
  return id === SAME_AS_JOB ? headers[HEADER.id] : id;
}

/**
 * Where the result of a message with these headers goes, and for how many milliseconds it is kept (null for ever); undefined
 * where it goes nowhere. For brokers, which end jobs by themselves: a time to live that is none counts as the default.
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

/** The same where it is not the bucket of the job's id: a name that is taken beside that one (see `OutgoingMessage.resultId`). */
export function furtherResultBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const id = resultBucketOf(headers);
  return id === headers[HEADER.id] ? undefined : id;
}

/** Begins the ending of a job's own arguments bucket, after the job's id. No id that is chosen begins with it. */
export const OWN_ARGS_SIGN = '#';

/** How the id of a job's own arguments bucket ends, after the job's id; the ending may also be chosen to tell buckets of one id apart. */
export const OWN_ARGS = `${OWN_ARGS_SIGN}args`;

/** The arguments bucket that a message with these headers names. */
export function argsBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  return ownArgsBucketOf(headers) ?? headers[HEADER.argsBucket];
}

/**
 * The arguments bucket that belongs to the job with these headers alone, because nobody named it: it goes when the job has ended
 * for good, and is kept for retries, dead letters and their replay.
 */
export function ownArgsBucketOf(headers: Readonly<Record<string, string>>): string | undefined {
  const ending = headers[HEADER.argsBucket];
  if (ending === undefined || (ending !== '' && !ending.startsWith(OWN_ARGS_SIGN))) return undefined;
  return ownArgsBucket(headers[HEADER.id], ending);
}

/** The id of a job's own arguments bucket. @param ending the usual one where it is empty; otherwise it begins with `#` */
export function ownArgsBucket(jobId = '', ending = ''): string {
  return `${jobId}${ending === '' ? OWN_ARGS : ending}`;
}

/** The headers with the arguments bucket by its full id: it belongs to several messages from now on, and does not go with one of them. */
export function withSharedArgs(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = ownArgsBucketOf(headers);
  return own === undefined ? headers : { ...headers, [HEADER.argsBucket]: own };
}

/** The headers that say these parameters, beside others; what is at its default is left out. */
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

/** A job's own arguments bucket by its ending alone: at its usual one, nothing is written. */
function withoutJobId(argsBucketId: string, jobId: string | undefined): string {
  if (jobId === undefined || !argsBucketId.startsWith(jobId + OWN_ARGS_SIGN)) return argsBucketId;
  const ending = argsBucketId.slice(jobId.length);
  return ending === OWN_ARGS ? '' : ending;
}

/** Stands for the job's own id, the usual place of its result, at a tenth of the bytes. */
const SAME_AS_JOB = '';

/** Stands for the bucket of the arguments, which is all that most jobs wait for that wait for one. */
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

/** One number alone is the looks, as written before there was a time. */
function readUnrouted(
  headers: Readonly<Record<string, string>>,
): Pick<MessageParameters, 'unrouted' | 'unroutedSince'> {
  const text = headers[HEADER.unrouted];
  if (text === undefined) return NEVER_UNROUTED;
  const [looks, since, ...rest] = text.split(' ').map(toNumber);
  const isWrong = looks === undefined || rest.length > 0 || (since === undefined && text.includes(' '));
  if (!isWrong) return since === undefined ? { unrouted: looks } : { unrouted: looks, unroutedSince: since };
  throw new MalformedMessageError(
    `Header "${HEADER.unrouted}" is ${show(text)}: expected a number of looks and the time of the first.`,
  );
}

const NEVER_UNROUTED = { unrouted: 0 } as const;

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
    // Said below, as for any other value.
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
    throw new MalformedMessageError(`The headers say no schedule: ${(cause as Error).message}`, { cause });
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
