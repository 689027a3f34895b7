import type { ChannelKeys, Keys } from '../keys.js';
import { ChannelCall } from './channel-call.js';
import { type Operation, script } from './index.js';

/** Parts of the script that have nothing to do with dead letters. */
const HAVE_NO_LETTERS = /^(?:publish|intake|jobs|replay)\./;

/** A call of the script that has every operation. */
export class ScriptCall extends ChannelCall {
  readonly script = script;

  constructor(keys: Keys, operation: Operation) {
    super(keys);
    this.add(operation);
    if (!HAVE_NO_LETTERS.test(operation)) this.add(keys.letters.maxCount, keys.letters.maxAge);
  }

  protected override keysOf(channel: ChannelKeys): readonly string[] {
    return channel.forScript;
  }

  protected override allKeys(): readonly string[] {
    const { bucketStart, clientStart, channelStart, waitingStart, skippedStart } = this.keys;
    return [bucketStart, clientStart, channelStart, waitingStart, skippedStart, ...super.allKeys()];
  }
}
