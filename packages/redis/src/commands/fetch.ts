import type { RawEntry } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { ActiveStream, ChannelLimits } from '../message-broker/active-streams.js';
import type { Quotas } from '../message-broker/priority-quotas.js';
import { Call, type Invocation } from './call.js';
import { addStream } from './reclaim.js';
import { scripts } from './scripts.generated.js';

/** Entries by the index of their stream, or the last id of each stream; then what went wrong by stream. */
export type FetchReply =
  | readonly [found: 1, taken: readonly (readonly [index: number, entries: readonly RawEntry[]])[], problems: Buffer[]]
  | readonly [found: 0, last: readonly Buffer[], problems: Buffer[]];

/** A request for entries of several streams. */
export interface FetchRequest {
  readonly consumer: string;
  /** In order of preference. */
  readonly streams: readonly ActiveStream[];
  readonly quotas: Quotas;
  readonly limits: ChannelLimits | undefined;
  /** The most entries to take from a stream. */
  readonly mostOf: (stream: ActiveStream) => number;
}

/** The call that takes entries from several streams. */
export function fetchCall({ consumer, streams, quotas, limits, mostOf }: FetchRequest, keys: Keys): Invocation {
  const call = new Call(scripts.fetch, keys).add(consumer, quotas.high, quotas.medium, quotas.low);
  call.add(streams.length);
  for (const stream of streams) addStream(call, stream, limits).add(mostOf(stream));
  return call;
}
