import { OWN_ARGS } from '@repid/core';
import { boundsOf } from '../codec/entry-id.js';
import { type Keys, isPassing } from '../keys.js';
import type { Call } from '../script/call.js';
import { SettleResultsCall } from '../script/settle-results-call.js';
import type { Act } from './act.js';
import { LETTER } from './priority-letters.js';
import { type Run, entriesOf } from './runs.js';

/** A run with nothing but results, to be kept, by the ids of their jobs. */
const OWN_RESULTS = /^b=(o?) ([1-9]\d*)? (\w+)$/;

/** True for what the script for results can settle. */
export function hasResults([{ act, delivery }]: Run): boolean {
  return act.outcome === 'ack' && OWN_RESULTS.test(act.rest) && !isPassing(delivery.message.channel);
}

/** The call that settles them, as the script for results reads it. */
export function resultsCall(runs: readonly Run[], keys: Keys): Call {
  const call = new SettleResultsCall(keys).add(runs.length);
  for (const run of runs) addResultsRun(call, run, keys);
  return call;
}

function addResultsRun(call: SettleResultsCall, run: Run, keys: Keys): void {
  const { delivery, act } = run[0];
  const { channel } = delivery.message;
  const { streams, waiting, group } = keys.channel(channel);
  const [, ownArgs, ttl = '', state = ''] = OWN_RESULTS.exec(act.rest) ?? [];
  const entries = entriesOf(run);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority]);
  call.add(call.key(streams.medium), call.key(waiting), group, channel);
  call.add(delivery.hold.consumer, delivery.deliveryCount, ttl, state, ownArgs ? OWN_ARGS : '');
  call.add(...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  for (const one of run) call.add(one.delivery.hold.jobId!);
  for (const one of run) call.add(bodyOf(one.act));
}

function bodyOf(act: Act): string {
  return 'settlement' in act ? act.settlement.bucket!.body : '';
}
