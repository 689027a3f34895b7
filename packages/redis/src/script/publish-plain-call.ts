import type { ChannelKeys } from '../keys.js';
import { ChannelCall } from './channel-call.js';
import { publishPlainScript } from './index.js';

/** A call of the script that publishes plain messages. */
export class PublishPlainCall extends ChannelCall {
  readonly script = publishPlainScript;

  protected override keysOf({ streams, index }: ChannelKeys): readonly string[] {
    return [streams.medium, index];
  }
}
