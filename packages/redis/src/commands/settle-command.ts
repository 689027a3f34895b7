import {
  type DeliveredBucket,
  type MalformedMessageError,
  type Message,
  OWN_ARGS,
  type Priority,
  type Settlement,
  bucketState,
  ownArgsBucketOf,
} from '@repid/core';

/** Where a delivery lies, and what belongs to its job. */
export interface EntryLease {
  readonly entry: string;
  readonly consumer: string;
  readonly jobId: string | undefined;
  /** The bucket of the job's result, if that is another than the job's id. */
  readonly resultId?: string;
  /** The job's own arguments bucket, if it has one. */
  readonly ownArgs?: string;
  /** The inlined result of the job that it waited for. */
  readonly input?: DeliveredBucket;
}

/** The parts of a delivery that a command needs. */
export interface OwnedEntry {
  readonly message: Message;
  readonly priority: Priority;
  readonly deliveryCount: number;
  readonly lease: EntryLease;
}

/**
 * A command about a delivery. Plain acknowledgements store and publish nothing. That of a job frees its id. That of a job with own
 * arguments also deletes them. `flags` says what a settlement comes with, as `read_flags` of lua/commands/settle.lua reads it.
 */
export type SettleCommand =
  | { readonly outcome: PlainAck | Extension; readonly flags: '' }
  | { readonly outcome: 'ack' | 'nack' | 'requeue'; readonly settlement: Settlement; readonly flags: string }
  | {
      readonly outcome: 'dead-letter';
      readonly problem: MalformedMessageError;
      /** By Redis' clock. */
      readonly at: number;
      readonly flags: '';
    };

/** Extends ownership; `start` also marks that a suspect runs, `unmark` that it has run alone for long enough. */
export type Extension = 'extend' | 'start' | 'unmark';

export type PlainAck = 'ack-message' | 'ack-job' | 'ack-job-args';

const ACK_MESSAGE: SettleCommand = { outcome: 'ack-message', flags: '' };
const ACK_JOB: SettleCommand = { outcome: 'ack-job', flags: '' };
const ACK_JOB_ARGS: SettleCommand = { outcome: 'ack-job-args', flags: '' };

export function isPlainAck(outcome: SettleCommand['outcome']): outcome is PlainAck {
  return outcome === 'ack-message' || outcome === 'ack-job' || outcome === 'ack-job-args';
}

export function isExtension(outcome: SettleCommand['outcome']): outcome is Extension {
  return outcome === 'extend' || outcome === 'start' || outcome === 'unmark';
}

/** The command that commits a settlement. */
export function commandOf(settlement: Settlement, lease: EntryLease): SettleCommand {
  const { type } = settlement.outcome;
  const args = spentArgs(settlement, lease);
  if (type === 'ack' && isPlain(settlement, lease, args)) return plainAck(lease, args);
  return {
    outcome: type === 'reject' || type === 'retry' ? 'requeue' : type,
    settlement,
    flags: flagsOf(settlement, lease, args),
  };
}

/** The own arguments to delete: those of an acknowledged job, unless a follower of the same id goes on with them. */
function spentArgs({ outcome, publish }: Settlement, { jobId, ownArgs }: EntryLease): string | undefined {
  if (ownArgs === undefined || outcome.type !== 'ack') return undefined;
  const goesOn = publish?.some(({ id, headers }) => id === jobId && ownArgsBucketOf(headers) === ownArgs);
  return goesOn ? undefined : ownArgs;
}

/** True if the id of the arguments follows from the job id. */
function areDefault(args: string, { jobId }: EntryLease): boolean {
  return args === `${jobId}${OWN_ARGS}`;
}

function plainAck(lease: EntryLease, args: string | undefined): SettleCommand {
  if (lease.jobId === undefined) return ACK_MESSAGE;
  return args === undefined ? ACK_JOB : ACK_JOB_ARGS;
}

function isPlain({ bucket, publish = [], releases = [] }: Settlement, lease: EntryLease, args?: string): boolean {
  const hasDefaultIds = lease.resultId === undefined && (args === undefined || areDefault(args, lease));
  return hasDefaultIds && bucket === undefined && publish.length === 0 && !keepsBuckets(releases, lease);
}

function flagsOf(
  { outcome, bucket, publish = [], releases = [] }: Settlement,
  lease: EntryLease,
  args?: string,
): string {
  const freesId = outcome.type === 'ack' || outcome.type === 'nack';
  const ofArgs = args === undefined ? '' : areDefault(args, lease) ? 'o' : 'p';
  const ofJob = `${freesId && lease.resultId !== undefined ? 'a' : ''}${ofArgs}`;
  const letters = `${ofJob}${keepsBuckets(releases, lease) ? 'w' : ''}${publish.length > 0 ? 'f' : ''}`;
  if (!bucket) return letters;
  const { id, ttl, cause, jobName } = bucket;
  const ofBucket = `b${id === lease.jobId ? '=' : ''}${cause ? 'c' : ''}${jobName ? 'n' : ''}`;
  return `${ofBucket}${letters} ${ttl === null ? '' : Math.ceil(ttl)} ${bucketState(bucket)}`;
}

/** True if buckets are kept for the job until it ends. An inlined result is not. */
function keepsBuckets(releases: readonly string[], { input }: EntryLease): boolean {
  return releases.length > 0 && !input;
}
