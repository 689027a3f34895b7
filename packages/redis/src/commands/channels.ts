import type { Keys } from '../keys.js';
import { Call, type Invocation } from './call.js';
import { scripts } from './scripts.generated.js';

/** The call that creates what consumers of the channels need. It returns for each channel what went wrong, or ''. */
export function openChannelsCall(channels: readonly string[], keys: Keys): Invocation {
  return addAll(new Call(scripts.openChannels, keys).add(channels.length), channels);
}

/** The call that removes a consumer from the channels where it has nothing pending. */
export function leaveChannelsCall(consumer: string, channels: readonly string[], keys: Keys): Invocation {
  return addAll(new Call(scripts.leaveChannels, keys).add(channels.length, consumer), channels);
}

function addAll(call: Call, channels: readonly string[]): Call {
  for (const channel of channels) call.channel(channel);
  return call;
}
