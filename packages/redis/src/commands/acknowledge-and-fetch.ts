import type { RawEntry, StreamRead } from '../connection/reader.js';
import { type Keys, LETTER } from '../keys.js';
import { type Invocation, invocation } from './call.js';
import { scripts } from './scripts.generated.js';
import { isPlainAck } from './settle-command.js';
import { NOT_OWNED, type SettleReply } from './settle.js';
import type { Settling } from './settlement-batch.js';

/** 1 if the acknowledgement was committed, 0 if ownership was lost, or what went wrong; then the id and the fields of each entry. */
export type AcknowledgeAndFetchReply = readonly [ended: 1 | 0 | Buffer, ...taken: (Buffer | readonly Buffer[])[]];

/**
 * The call that commits a plain acknowledgement and takes the next entries of its stream. Undefined if the command is not a plain
 * acknowledgement, or is about another stream or consumer.
 */
export function acknowledgeAndFetchCall(settling: Settling, read: StreamRead, keys: Keys): Invocation | undefined {
  const { delivery, command } = settling;
  const { streams } = keys.channel(delivery.message.channel);
  if (!isPlainAck(command.outcome)) return undefined;
  if (delivery.lease.consumer !== read.consumer || streams[delivery.priority] !== read.stream) return undefined;
  const { stream, group, consumer, most } = read;
  const { entry, jobId, ownArgs } = delivery.lease;
  const values = [group, consumer, entry, delivery.deliveryCount, most];
  const passed = [stream];
  if (command.outcome !== 'ack-message') {
    values.push(jobId!, LETTER[delivery.priority], delivery.message.channel);
    passed.push(keys.jobs);
  }
  if (command.outcome === 'ack-job-args') passed.push(keys.bucket(ownArgs!));
  return invocation(scripts.acknowledgeAndFetch, passed, values);
}

const NO_PROBLEMS: SettleReply = [];

/** The outcome of the acknowledgement; undefined if the call was not sent. */
export function settledIn(reply: AcknowledgeAndFetchReply | undefined): SettleReply | undefined {
  if (!reply) return undefined;
  const [ended] = reply;
  return ended === 1 ? NO_PROBLEMS : [[0, ended === NOT_OWNED ? ended : ended.toString()]];
}

/** The entries that were taken. */
export function entriesIn(reply: AcknowledgeAndFetchReply | undefined): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 1; reply && at < reply.length; at += 2) entries.push([reply[at], reply[at + 1]] as RawEntry);
  return entries;
}
