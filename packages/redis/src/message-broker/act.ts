import { type MalformedMessageError, OWN_ARGS, type Settlement, bucketState, ownArgsBucketOf } from '@repid/core';
import type { Hold, RedisDelivery } from './redis-delivery.js';

/**
 * What happens to a delivery: its end, that of an entry that is no message, or another span of ownership. The rest is what
 * goes with it and is alike for many, as the script's `read_rest` reads it.
 */
export type Act =
  | { readonly outcome: 'done' | 'freed' | 'spent' | 'extend' | 'acquit'; readonly rest: '' }
  | { readonly outcome: 'ack' | 'nack' | 'back'; readonly settlement: Settlement; readonly rest: string }
  | {
      readonly outcome: 'bury';
      readonly problem: MalformedMessageError;
      /** By Redis' clock. */
      readonly at: number;
      readonly rest: '';
    };

/** An act that is asked for. */
export interface Request {
  readonly delivery: RedisDelivery;
  readonly act: Act;
}

const DONE: Act = { outcome: 'done', rest: '' };
const FREED: Act = { outcome: 'freed', rest: '' };
const SPENT: Act = { outcome: 'spent', rest: '' };

/**
 * To acknowledge a message with nothing to go with it, its entry says all, and the id of a job, which is free again; of a
 * job with arguments of its own these are removed.
 */
export function actOf(settlement: Settlement, hold: Hold): Act {
  const { type } = settlement.outcome;
  const args = spentArgs(settlement, hold);
  if (type === 'ack' && isPlain(settlement, hold, args)) return plainAct(hold, args);
  return {
    outcome: type === 'reject' || type === 'retry' ? 'back' : type,
    settlement,
    rest: restOf(settlement, hold, args),
  };
}

/** The arguments that go with the end of the message: those of its own, unless a job of the same id goes on with them. */
export function spentArgs({ outcome, publish }: Settlement, { jobId, ownArgs }: Hold): string | undefined {
  if (ownArgs === undefined || outcome.type !== 'ack') return undefined;
  const goesOn = publish?.some(({ id, headers }) => id === jobId && ownArgsBucketOf(headers) === ownArgs);
  return goesOn ? undefined : ownArgs;
}

/** True where the arguments' id is the job's, with the usual ending. */
function areUsual(args: string, { jobId }: Hold): boolean {
  return args === `${jobId}${OWN_ARGS}`;
}

function plainAct(hold: Hold, args: string | undefined): Act {
  if (hold.jobId === undefined) return DONE;
  return args === undefined ? FREED : SPENT;
}

function isPlain({ bucket, publish = [], releases = [] }: Settlement, hold: Hold, args: string | undefined): boolean {
  const isUsual = hold.resultId === undefined && (args === undefined || areUsual(args, hold));
  return isUsual && bucket === undefined && publish.length === 0 && !keepsBuckets(releases, hold);
}

function restOf(
  { outcome, bucket, publish = [], releases = [] }: Settlement,
  hold: Hold,
  args: string | undefined,
): string {
  const frees = outcome.type === 'ack' || outcome.type === 'nack';
  const ofArgs = args === undefined ? '' : areUsual(args, hold) ? 'o' : 'p';
  const ofJob = `${frees && hold.resultId !== undefined ? 'a' : ''}${ofArgs}`;
  const letters = `${ofJob}${keepsBuckets(releases, hold) ? 'w' : ''}${publish.length > 0 ? 'f' : ''}`;
  if (!bucket) return letters;
  const { id, ttl, cause, jobName } = bucket;
  const ofBucket = `b${id === hold.jobId ? '=' : ''}${cause ? 'c' : ''}${jobName ? 'n' : ''}`;
  return `${ofBucket}${letters} ${ttl === null ? '' : Math.ceil(ttl)} ${bucketState(bucket)}`;
}

/** True where buckets are kept for it until it ends: one that came along is not. */
function keepsBuckets(releases: readonly string[], { input }: Hold): boolean {
  return releases.length > 0 && !input;
}
