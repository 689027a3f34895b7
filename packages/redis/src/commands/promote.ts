import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { type Invocation, callWithLetters } from './call.js';
import { scripts } from './scripts.generated.js';

/**
 * For each channel: in how many milliseconds there is more to do or ''; the name of its pause; the letters of its streams in use; what
 * went wrong.
 */
export type PromoteReply = readonly (readonly [due: string, pause: string, streams: string, problem: string])[];

/**
 * The call that promotes delayed messages, skips jobs that have waited too long, and notes that the consumer is alive.
 * @param confirmed channel -> the pause that the consumer has confirmed
 */
export function promoteCall(
  consumer: string,
  channels: readonly string[],
  confirmed: ReadonlyMap<string, string>,
  keys: Keys,
): Invocation {
  const call = callWithLetters(scripts.promote, keys).add(consumer, channels.length, LIMITS.promotionBatch);
  for (const channel of channels) {
    call.channel(channel);
    call.add(confirmed.get(channel) ?? '');
  }
  return call;
}
