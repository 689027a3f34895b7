import type { ChannelKeys } from '../keys.js';
import { Call } from './call.js';
import { publishOneScript } from './index.js';

/** A call of the script that publishes one plain message. */
export class PublishOneCall extends Call {
  readonly script = publishOneScript;

  constructor(
    private readonly keys: ChannelKeys,
    jobId = '',
  ) {
    super();
    this.add(jobId);
  }

  protected override allKeys(): readonly string[] {
    return [this.keys.streams.medium, this.keys.index];
  }
}
