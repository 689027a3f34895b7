import { type BucketRecord, OWN_ARGS, type Outcome, type Settlement } from '@repid/core';
import { encodeHeaders } from '../codec/entry.js';
import { boundsOf } from '../codec/entry-id.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import { type Keys, LETTER, isTemporary } from '../keys.js';
import { Call, type Invocation, callWithLetters } from './call.js';
import type { FastPaths } from './fast-paths.js';
import { addMessages } from './message.js';
import { scripts } from './scripts.generated.js';
import { type EntryLease, type OwnedEntry, type SettleCommand, isExtension, isPlainAck } from './settle-command.js';
import { type Settling, type SettlementBatch, batchesOf, entriesOf } from './settlement-batch.js';

/** Ownership was lost; or a fast path has left it to the general path. */
export const [NOT_OWNED, FALL_BACK] = [0, -1] as const;

/** For each command that was not carried out, its index in the call, and why: text of Redis, or one of the above. */
export type SettleReply = readonly (readonly [index: number, problem: typeof NOT_OWNED | typeof FALL_BACK | string])[];

/** The call that carries the commands out, by a fast path if one can do them all. It may leave some to the general path. */
export function settleCall(settlings: readonly Settling[], keys: Keys, fastPaths: FastPaths): Invocation {
  const batches = batchesOf(settlings);
  if (fastPaths.has('acknowledge') && batches.every(isPlain)) return acknowledgeCall(batches, keys);
  if (fastPaths.has('settle_results') && batches.every(hasResults)) return resultsCall(batches, keys);
  return generalCall(batches, keys);
}

/** The call of the general path. */
export function generalSettleCall(settlings: readonly Settling[], keys: Keys): Invocation {
  return generalCall(batchesOf(settlings), keys);
}

function isPlain([{ command }]: SettlementBatch): boolean {
  return isPlainAck(command.outcome);
}

function acknowledgeCall(batches: readonly SettlementBatch[], keys: Keys): Invocation {
  const call = new Call(scripts.acknowledge, keys).add(batches.length);
  for (const batch of batches) {
    const { message, priority } = batch[0].delivery;
    const { streams, group } = keys.channel(message.channel);
    call.add(call.key(streams[priority]), LETTER[priority], group, message.channel);
    addEntries(call, batch);
  }
  return call;
}

/** The flags of a batch with nothing but results to keep, under the ids of their jobs. */
const OWN_RESULTS = /^b=(o?) ([1-9]\d*)? (\w+)$/;

function hasResults([{ command, delivery }]: SettlementBatch): boolean {
  return command.outcome === 'ack' && OWN_RESULTS.test(command.flags) && !isTemporary(delivery.message.channel);
}

function resultsCall(batches: readonly SettlementBatch[], keys: Keys): Invocation {
  const call = new Call(scripts.settleResults, keys).add(batches.length);
  for (const batch of batches) addResultsBatch(call, batch, keys);
  return call;
}

function addResultsBatch(call: Call, batch: SettlementBatch, keys: Keys): void {
  const { delivery, command } = batch[0];
  const { channel } = delivery.message;
  const { streams, waiting, group } = keys.channel(channel);
  const [, ownArgs, ttl = '', state = ''] = OWN_RESULTS.exec(command.flags) ?? [];
  const entries = entriesOf(batch);
  call.add(call.key(streams[delivery.priority]), LETTER[delivery.priority]);
  call.add(call.key(streams.medium), call.key(waiting), group, channel);
  call.add(delivery.lease.consumer, delivery.deliveryCount, ttl, state, ownArgs ? OWN_ARGS : '');
  call.add(...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  for (const one of batch) call.add(one.delivery.lease.jobId!);
  for (const one of batch) call.add(bodyOf(one.command));
}

function bodyOf(command: SettleCommand): string {
  return 'settlement' in command ? command.settlement.bucket!.body : '';
}

function generalCall(batches: readonly SettlementBatch[], keys: Keys): Invocation {
  const call = callWithLetters(scripts.settle, keys).add(batches.length);
  for (const batch of batches) {
    const { message, priority } = batch[0].delivery;
    call.add(call.channel(message.channel), LETTER[priority]);
    addEntries(call, batch);
    const { outcome, flags } = batch[0].command;
    if (isPlainAck(outcome) || isExtension(outcome)) continue;
    call.add(flags);
    const [letters = ''] = flags.split(' ', 1);
    for (const one of batch) addCommand(call, one.delivery, one.command, letters);
  }
  return call;
}

/** As `read_entries` of lua/lib/settling.lua reads them. */
function addEntries(call: Call, batch: SettlementBatch): void {
  const { delivery, command } = batch[0];
  const entries = entriesOf(batch);
  call.add(delivery.lease.consumer, delivery.deliveryCount, command.outcome, ...boundsOf(entries), entries.length);
  for (const entry of entries) call.add(entry);
  if (command.outcome === 'ack-job' || command.outcome === 'ack-job-args')
    for (const one of batch) call.add(one.delivery.lease.jobId ?? '');
}

function addCommand(call: Call, { lease }: OwnedEntry, command: SettleCommand, letters: string): void {
  call.add(lease.jobId ?? '');
  if (command.outcome === 'dead-letter') {
    call.add(encodeReason(reasonOf(command.problem, 0, command.at)));
  } else if ('settlement' in command) {
    addOutcome(call, command.settlement.outcome);
    addExtras(call, command.settlement, letters, lease);
  }
}

/** As `read_settlement` of lua/commands/settle.lua reads it. */
function addExtras(call: Call, { bucket, publish = [] }: Settlement, letters: string, lease: EntryLease): void {
  if (letters.includes('a')) call.add(lease.resultId!);
  if (letters.includes('p')) call.add(lease.ownArgs!);
  if (bucket) addResult(call, bucket, lease.jobId);
  if (publish.length > 0) addMessages(call, publish);
}

function addResult(call: Call, { id, body, cause, jobName }: BucketRecord, jobId: string | undefined): void {
  if (id !== jobId) call.add(id);
  call.add(body);
  if (cause) call.add(cause);
  if (jobName) call.add(jobName);
}

function addOutcome(call: Call, outcome: Outcome): void {
  if (outcome.type === 'ack') return;
  call.add(encodeHeaders(outcome.headers));
  if (outcome.type === 'nack') call.add(encodeReason(outcome.reason));
  else call.add(outcome.type === 'retry' ? Math.max(0, Math.ceil(outcome.delay)) : 0);
}
