import type { BucketRecord, Outcome, OutgoingMessage, Settlement } from '@repid/core';
import { encodeHeaders } from '../codec/entry.js';
import { boundsOf } from '../codec/entry-id.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import type { Keys } from '../keys.js';
import { AcknowledgeCall } from '../script/acknowledge-call.js';
import type { Call } from '../script/call.js';
import { ScriptCall } from '../script/script-call.js';
import type { Act, Request } from './act.js';
import { addMessage } from './encode-message.js';
import { hasResults, resultsCall } from './encode-results.js';
import { LETTER } from './priority-letters.js';
import type { Hold, RedisDelivery } from './redis-delivery.js';
import { type Run, entriesOf, runsOf } from './runs.js';

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

function isPlain([{ act }]: Run): boolean {
  return isPlainOutcome(act.outcome);
}

function isPlainOutcome(outcome: Act['outcome']): boolean {
  return outcome === 'done' || outcome === 'freed' || outcome === 'spent';
}

function acknowledgingCall(runs: readonly Run[], keys: Keys): Call {
  const call = new AcknowledgeCall(keys).add(runs.length);
  for (const run of runs) addPlainRun(call, run, keys);
  return call;
}

function addPlainRun(call: AcknowledgeCall, run: Run, keys: Keys): void {
  const { delivery } = run[0];
  const { channel } = delivery.message;
  const { streams, group } = keys.channel(channel);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority], group, channel);
  addEntries(call, run);
}

/** Of these the script reads with their entries all there is to say. */
const READ_ELSEWHERE: ReadonlySet<Act['outcome']> = new Set(['done', 'freed', 'spent', 'extend', 'acquit']);

function settlingCall(runs: readonly Run[], keys: Keys): Call {
  const call = new ScriptCall(keys, 'settle.settle').add(runs.length);
  for (const run of runs) {
    const { message, priority } = run[0].delivery;
    call.add(call.channel(message.channel), LETTER[priority]);
    addEntries(call, run);
    const { outcome, rest } = run[0].act;
    if (!READ_ELSEWHERE.has(outcome)) call.add(rest);
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
  if (act.outcome === 'freed' || act.outcome === 'spent')
    for (const one of run) call.add(one.delivery.hold.jobId ?? '');
}

function addAct(call: ScriptCall, { hold }: RedisDelivery, act: Act): void {
  if (act.outcome === 'bury') {
    call.add(hold.jobId ?? '', encodeReason(reasonOf(act.problem, 0, act.at)));
  } else if ('settlement' in act) {
    call.add(hold.jobId ?? '');
    addOutcome(call, act.settlement.outcome);
    addRest(call, act, hold);
  }
}

type SettlingAct = Extract<Act, { readonly settlement: Settlement }>;

/** What is its own, as the script's `read_settlement` reads it. */
function addRest(call: ScriptCall, { settlement, rest }: SettlingAct, hold: Hold): void {
  const { bucket, publish = [] } = settlement;
  const [letters = ''] = rest.split(' ', 1);
  if (letters.includes('a')) call.add(hold.resultId!);
  if (letters.includes('p')) call.add(hold.ownArgs!);
  if (bucket) addResult(call, bucket, hold.jobId);
  if (publish.length > 0) addFollowers(call, publish);
}

function addResult(call: ScriptCall, { id, body, cause, jobName }: BucketRecord, jobId: string | undefined): void {
  if (id !== jobId) call.add(id);
  call.add(body);
  if (cause) call.add(cause);
  if (jobName) call.add(jobName);
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
