import type { DeliveredBucket, MalformedMessageError, Outcome, OutgoingMessage, Settlement } from '@repid/core';
import { encodeHeaders } from '../codec/entry.js';
import { boundsOf } from '../codec/entry-id.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import type { Keys } from '../keys.js';
import { AcknowledgeCall } from '../script/acknowledge-call.js';
import type { Call } from '../script/call.js';
import { ScriptCall } from '../script/script-call.js';
import { addBucket, addMessage } from './encode-message.js';
import { LETTER } from './priority-letters.js';
import type { RedisDelivery } from './redis-delivery.js';

/** What happens to a delivery: its end, that of an entry that is no message, or another span of ownership. */
export type Act =
  | { readonly outcome: 'done' | 'freed' | 'extend' }
  | { readonly outcome: 'ack' | 'nack' | 'back'; readonly settlement: Settlement }
  | { readonly outcome: 'bury'; readonly problem: MalformedMessageError };

/** An act that is asked for. */
export interface Request {
  readonly delivery: RedisDelivery;
  readonly act: Act;
}

const DONE: Act = { outcome: 'done' };
const FREED: Act = { outcome: 'freed' };

/** To acknowledge a message with nothing to go with it, its entry says all, and the id of a job, which is free again. */
export function actOf(settlement: Settlement, jobId: string | undefined): Act {
  const { type } = settlement.outcome;
  if (type === 'ack' && !hasMore(settlement)) return jobId === undefined ? DONE : FREED;
  return { outcome: type === 'reject' || type === 'retry' ? 'back' : type, settlement };
}

/** The call that commits them, as the scripts read it: most end plainly, and need no more than the lesser script. */
export function callFor(requests: readonly Request[], keys: Keys): Call {
  const runs = runsOf(requests);
  if (!requests.every(isPlain)) return settlingCall(runs, keys);
  const call = new AcknowledgeCall().add(runs.length);
  for (const run of runs) addPlainRun(call, run, keys);
  return call;
}

/** Cuts requests, in their order, into runs that are alike in all but their entries: the script looks after those together. */
function runsOf(requests: readonly Request[]): readonly Request[][] {
  const runs: Request[][] = [];
  let run: Request[] = [];
  for (const request of requests) {
    if (run.length > 0 && areAlike(run[0]!, request)) run.push(request);
    else runs.push((run = [request]));
  }
  return runs;
}

function isPlain({ act: { outcome } }: Request): boolean {
  return outcome === 'done' || outcome === 'freed';
}

function addPlainRun(call: AcknowledgeCall, run: readonly Request[], keys: Keys): void {
  const { delivery, act } = run[0]!;
  const { streams, group, index } = keys.channel(delivery.message.channel);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority], group);
  call.add(act.outcome === 'freed' ? call.key(index) : 0);
  addEntries(call, run);
}

function settlingCall(runs: readonly (readonly Request[])[], keys: Keys): Call {
  const call = new ScriptCall(keys, 'settle.settle').add(runs.length);
  for (const run of runs) {
    const { message, priority } = run[0]!.delivery;
    call.add(call.channel(message.channel), LETTER[priority]);
    addEntries(call, run);
    for (const { delivery, act } of run) addAct(call, delivery, act);
  }
  return call;
}

/** As the scripts' `read_entries` reads them. */
function addEntries(call: Call, run: readonly Request[]): void {
  const { delivery, act } = run[0]!;
  const entries = run.map((one) => one.delivery.hold.entry);
  call.add(delivery.hold.consumer, delivery.deliveryCount, act.outcome, ...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  if (act.outcome === 'freed') for (const one of run) call.add(one.delivery.hold.jobId ?? '');
}

function areAlike({ delivery: one, act }: Request, { delivery: other, act: otherAct }: Request): boolean {
  return (
    act.outcome === otherAct.outcome &&
    one.deliveryCount === other.deliveryCount &&
    one.priority === other.priority &&
    one.message.channel === other.message.channel &&
    one.hold.consumer === other.hold.consumer
  );
}

function addAct(call: ScriptCall, { hold }: RedisDelivery, act: Act): void {
  if (act.outcome === 'bury') {
    call.add(hold.jobId ?? '', encodeReason(reasonOf(act.problem, 0, Date.now())), '');
  } else if ('settlement' in act) {
    call.add(hold.jobId ?? '');
    addOutcome(call, act.settlement.outcome);
    addRest(call, act.settlement, hold.input);
  }
}

/** What goes with it, as the script's `read_settlement` reads it. Of buckets that did not come along, the script knows which they are. */
function addRest(call: ScriptCall, { bucket, publish = [], releases = [] }: Settlement, input?: DeliveredBucket): void {
  const hasFollowers = publish.length > 0;
  const waited = releases.length === 0 ? '' : input ? 'i' : 'w';
  call.add(`${bucket ? 'b' : ''}${waited}${hasFollowers ? 'f' : ''}`);
  if (bucket) addBucket(call, bucket);
  if (waited === 'i') call.add(input!.bucketId);
  if (hasFollowers) addFollowers(call, publish);
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

function hasMore({ bucket, publish, releases }: Settlement): boolean {
  return bucket !== undefined || (publish?.length ?? 0) > 0 || (releases?.length ?? 0) > 0;
}
