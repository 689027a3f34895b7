import type { ChannelKeys } from '../keys.js';
import { Call } from './call.js';
import { publishOneScript } from './index.js';

/** A call of the script that publishes one plain message. */
export class PublishOneCall extends Call {
  readonly script = publishOneScript;
  private readonly jobs: string;

  constructor(
    private readonly keys: ChannelKeys,
    jobs: string,
    channel: string,
    jobId = '',
  ) {
    super();
    this.jobs = jobs;
    this.add(jobId, `@${channel}`);
  }

  protected override allKeys(): readonly string[] {
    return [this.keys.streams.medium, this.jobs];
  }
}
