import { tooManyDeliveries } from '../codec/reason.js';
import type { RawEntry } from '../connection/reader.js';
import { type Keys, LETTER } from '../keys.js';
import type { ActiveStream, ChannelLimits } from '../message-broker/active-streams.js';
import { LIMITS } from '../options/defaults.js';
import { Call, type Invocation, callWithLetters } from './call.js';
import { scripts } from './scripts.generated.js';

/** Passed in place of the number of entries to give. */
const LIST = -1;

/** Whether there is more; whether there are suspects; entries; what went wrong by stream. */
export type ReclaimReply = readonly [
  more: 0 | 1,
  suspects: 0 | 1,
  taken: readonly (readonly [index: number, deliveries: number, entry: RawEntry])[],
  problems: readonly Buffer[],
];

/** Who takes entries over, and after how long. */
export interface Claimant {
  readonly name: string;
  /** Milliseconds. */
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
}

/** The streams that entries are taken over from, and how many entries at most. */
export interface ReclaimLimits {
  readonly streams: readonly ActiveStream[];
  readonly max: number;
  readonly limits?: ChannelLimits;
}

/** An entry that Redis has given to a consumer, which has not learned of it. */
type MissedEntry = Readonly<{ stream: ActiveStream; entry: RawEntry; deliveries: number }>;

/** The call that takes over entries that may run beside others. @param hasResults true if results are stored here too */
export function reclaimCall(
  { name, ownershipTime, maxDeliveries }: Claimant,
  limits: ReclaimLimits,
  hasResults: boolean,
  keys: Keys,
): Invocation {
  const call = callWithLetters(scripts.reclaim, keys).add(name, ownershipTime, maxDeliveries);
  return addStreams(call.add(tooManyDeliveries(maxDeliveries), hasResults ? '1' : ''), limits);
}

/** The call that takes over one suspect. */
export function reclaimSuspectCall(claimant: Claimant, limits: ReclaimLimits, keys: Keys): Invocation {
  const { name, ownershipTime, maxDeliveries } = claimant;
  return addStreams(new Call(scripts.reclaimSuspect, keys).add(name, ownershipTime, maxDeliveries), limits);
}

/** The call that tells whether there are suspects: it returns 1 or 0. */
export function hasSuspectsCall(claimant: Claimant, streams: readonly ActiveStream[], keys: Keys): Invocation {
  const { ownershipTime, maxDeliveries } = claimant;
  return addStreams(new Call(scripts.hasSuspects, keys).add(ownershipTime, maxDeliveries), { streams, max: 1 });
}

/** The call that lists the consumer's own entries that have been idle for `least` milliseconds, but for less than its ownership time. */
export function ownPendingCall(
  { name, ownershipTime }: Claimant,
  least: number,
  streams: readonly ActiveStream[],
  keys: Keys,
): Invocation {
  return addStreams(new Call(scripts.retake, keys).add(name), { streams, max: 1 }).add(LIST, least, ownershipTime);
}

/** The call that gives a consumer entries of its own again. */
export function retakeCall(
  { name }: Claimant,
  missed: readonly MissedEntry[],
  limits: ReclaimLimits,
  keys: Keys,
): Invocation {
  const call = addStreams(new Call(scripts.retake, keys).add(name), limits).add(missed.length);
  for (const { stream, entry, deliveries } of missed)
    call.add(limits.streams.indexOf(stream) + 1, entry[0], deliveries);
  return call;
}

/** As `read_streams` of lua/lib/takeover.lua reads them. */
function addStreams(call: Call, { streams, max, limits }: ReclaimLimits): Call {
  call.add(max, LIMITS.readBytes, streams.length);
  for (const stream of streams) addStream(call, stream, limits);
  return call;
}

/** As `read_stream` of lua/lib/streams.lua reads it. */
export function addStream(call: Call, { channel, priority }: ActiveStream, limits?: ChannelLimits): Call {
  return call.add(call.channel(channel), LETTER[priority], limits?.get(channel) ?? -1);
}
