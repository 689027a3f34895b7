import type { ChannelKeys } from '../keys.js';
import { ChannelCall } from './channel-call.js';
import { publishUsualScript } from './index.js';

/** A call of the script that publishes what is usual. */
export class PublishUsualCall extends ChannelCall {
  readonly script = publishUsualScript;

  protected override keysOf({ streams, waiting, control }: ChannelKeys): readonly string[] {
    return [streams.medium, waiting, control];
  }

  protected override allKeys(): readonly string[] {
    const { bucketStart, awaited, channelStart, jobs } = this.keys;
    return [bucketStart, awaited, channelStart, jobs, ...super.allKeys()];
  }
}
