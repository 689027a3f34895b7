import {
  type BucketRecord,
  type MalformedMessageError,
  type Outcome,
  type OutgoingMessage,
  type Settlement,
  bucketState,
} from '@repid/core';
import { encodeHeaders } from '../codec/entry.js';
import { boundsOf } from '../codec/entry-id.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import { type Keys, isPassing } from '../keys.js';
import { AcknowledgeCall } from '../script/acknowledge-call.js';
import type { Call } from '../script/call.js';
import { ScriptCall } from '../script/script-call.js';
import { SettleResultsCall } from '../script/settle-results-call.js';
import { addMessage } from './encode-message.js';
import { LETTER } from './priority-letters.js';
import type { Hold, RedisDelivery } from './redis-delivery.js';

/** What happens to a delivery: its end, that of an entry that is no message, or another span of ownership. */
export type Act =
  | { readonly outcome: 'done' | 'freed' | 'extend' }
  | { readonly outcome: 'ack' | 'nack' | 'back'; readonly settlement: Settlement; readonly rest: string }
  | { readonly outcome: 'bury'; readonly problem: MalformedMessageError; readonly rest: '' };

/** An act that is asked for. */
export interface Request {
  readonly delivery: RedisDelivery;
  readonly act: Act;
}

/** Some that are alike in all but their entries, one at least. */
type Run = readonly [Request, ...Request[]];

const DONE: Act = { outcome: 'done' };
const FREED: Act = { outcome: 'freed' };

/** To acknowledge a message with nothing to go with it, its entry says all, and the id of a job, which is free again. */
export function actOf(settlement: Settlement, hold: Hold): Act {
  const { type } = settlement.outcome;
  if (type === 'ack' && !hasMore(settlement, hold)) return hold.jobId === undefined ? DONE : FREED;
  return { outcome: type === 'reject' || type === 'retry' ? 'back' : type, settlement, rest: restOf(settlement, hold) };
}

/**
 * The call that commits them, as the scripts read it: most end plainly or with a result, and need no more than a lesser
 * script. That may leave some undone, and says so.
 */
export function callFor(requests: readonly Request[], keys: Keys): Call {
  const runs = runsOf(requests);
  if (runs.every(isPlain)) return acknowledgingCall(runs, keys);
  return runs.every(hasResults) ? resultsCall(runs, keys) : settlingCall(runs, keys);
}

/** The call that leaves none undone that can be done. */
export function thoroughCallFor(requests: readonly Request[], keys: Keys): Call {
  return settlingCall(runsOf(requests), keys);
}

/** Cuts requests, in their order, into runs that are alike in all but their entries: the script looks after those together. */
function runsOf(requests: readonly Request[]): readonly Run[] {
  const runs: [Request, ...Request[]][] = [];
  for (const request of requests) {
    const run = runs.at(-1);
    if (run && areAlike(run[0], request)) run.push(request);
    else runs.push([request]);
  }
  return runs;
}

function isPlain([{ act }]: Run): boolean {
  return act.outcome === 'done' || act.outcome === 'freed';
}

/** A run with nothing but results, to be kept, by the ids of their jobs. */
const OWN_RESULTS = /^b= ([1-9]\d*)? (\w+)$/;

function hasResults([{ act, delivery }]: Run): boolean {
  return act.outcome === 'ack' && OWN_RESULTS.test(act.rest) && !isPassing(delivery.message.channel);
}

function acknowledgingCall(runs: readonly Run[], keys: Keys): Call {
  const call = new AcknowledgeCall().add(runs.length);
  for (const run of runs) addPlainRun(call, run, keys);
  return call;
}

function resultsCall(runs: readonly Run[], keys: Keys): Call {
  const call = new SettleResultsCall(keys).add(runs.length);
  for (const run of runs) addResultsRun(call, run, keys);
  return call;
}

function addResultsRun(call: SettleResultsCall, run: Run, keys: Keys): void {
  const { delivery, act } = run[0];
  const { channel } = delivery.message;
  const { streams, index, waiting, group } = keys.channel(channel);
  const [, ttl = '', state = ''] = ('rest' in act && OWN_RESULTS.exec(act.rest)) || [];
  const entries = entriesOf(run);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority]);
  call.add(call.key(index), call.key(streams.medium), call.key(waiting), group, channel);
  call.add(delivery.hold.consumer, delivery.deliveryCount, ttl, state, ...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  for (const one of run) call.add(one.delivery.hold.jobId!);
  for (const one of run) call.add(bodyOf(one.act));
}

function bodyOf(act: Act): string {
  return 'settlement' in act ? act.settlement.bucket!.body : '';
}

function addPlainRun(call: AcknowledgeCall, run: Run, keys: Keys): void {
  const { delivery, act } = run[0];
  const { streams, group, index } = keys.channel(delivery.message.channel);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority], group);
  call.add(act.outcome === 'freed' ? call.key(index) : 0);
  addEntries(call, run);
}

function settlingCall(runs: readonly Run[], keys: Keys): Call {
  const call = new ScriptCall(keys, 'settle.settle').add(runs.length);
  for (const run of runs) {
    const { message, priority } = run[0].delivery;
    call.add(call.channel(message.channel), LETTER[priority]);
    addEntries(call, run);
    const { act } = run[0];
    if ('rest' in act) call.add(act.rest);
    for (const one of run) addAct(call, one.delivery, one.act);
  }
  return call;
}

/** As the scripts' `read_entries` reads them. */
function addEntries(call: Call, run: Run): void {
  const { delivery, act } = run[0];
  const entries = entriesOf(run);
  call.add(delivery.hold.consumer, delivery.deliveryCount, act.outcome, ...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  if (act.outcome === 'freed') for (const one of run) call.add(one.delivery.hold.jobId ?? '');
}

function entriesOf(run: Run): readonly string[] {
  return run.map((one) => one.delivery.hold.entry);
}

function areAlike({ delivery: one, act }: Request, { delivery: other, act: otherAct }: Request): boolean {
  return (
    act.outcome === otherAct.outcome &&
    ('rest' in act ? act.rest : undefined) === ('rest' in otherAct ? otherAct.rest : undefined) &&
    one.deliveryCount === other.deliveryCount &&
    one.priority === other.priority &&
    one.message.channel === other.message.channel &&
    one.hold.consumer === other.hold.consumer
  );
}

function addAct(call: ScriptCall, { hold }: RedisDelivery, act: Act): void {
  if (act.outcome === 'bury') {
    call.add(hold.jobId ?? '', encodeReason(reasonOf(act.problem, 0, Date.now())));
  } else if ('settlement' in act) {
    call.add(hold.jobId ?? '');
    addOutcome(call, act.settlement.outcome);
    addRest(call, act.settlement, hold);
  }
}

/** What goes with it and is alike for many, as the script's `read_rest` reads it. */
function restOf({ bucket, publish = [], releases = [] }: Settlement, hold: Hold): string {
  const letters = `${keepsBuckets(releases, hold) ? 'w' : ''}${publish.length > 0 ? 'f' : ''}`;
  if (!bucket) return letters;
  const { id, ttl, cause } = bucket;
  const ofBucket = `b${id === hold.jobId ? '=' : ''}${cause ? 'c' : ''}`;
  return `${ofBucket}${letters} ${ttl === null ? '' : Math.ceil(ttl)} ${bucketState(bucket)}`;
}

/** What is its own, as the script's `read_settlement` reads it. */
function addRest(call: ScriptCall, { bucket, publish = [] }: Settlement, { jobId }: Hold): void {
  if (bucket) addResult(call, bucket, jobId);
  if (publish.length > 0) addFollowers(call, publish);
}

function addResult(call: ScriptCall, { id, body, cause }: BucketRecord, jobId: string | undefined): void {
  if (id !== jobId) call.add(id);
  call.add(body);
  if (cause) call.add(cause);
}

function addOutcome(call: ScriptCall, outcome: Outcome): void {
  switch (outcome.type) {
    case 'ack':
      return;
    case 'nack':
      return void call.add(encodeHeaders(outcome.headers), encodeReason(outcome.reason));
    case 'reject':
      return void call.add(encodeHeaders(outcome.headers), 0);
    case 'retry':
      return void call.add(encodeHeaders(outcome.headers), Math.max(0, Math.ceil(outcome.delay)));
  }
}

function addFollowers(call: ScriptCall, followers: readonly OutgoingMessage[]): void {
  call.add(followers.length);
  for (const follower of followers) addMessage(call, follower);
}

function hasMore({ bucket, publish = [], releases = [] }: Settlement, hold: Hold): boolean {
  return bucket !== undefined || publish.length > 0 || keepsBuckets(releases, hold);
}

/** True where buckets are kept for it until it ends: one that came along is not. */
function keepsBuckets(releases: readonly string[], { input }: Hold): boolean {
  return releases.length > 0 && !input;
}
