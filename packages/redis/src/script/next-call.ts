import { Call } from './call.js';
import { nextScript } from './index.js';

/** What is to be taken of a stream for a consumer of its group, at most. */
export interface Take {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly most: number;
}

/** The message that is acknowledged. */
export interface Acknowledged {
  readonly entry: string;
  readonly deliveryCount: number;
  /** Where it is known by the id of a job: the index, that id, and its location there. */
  readonly job?: { readonly index: string; readonly id: string; readonly location: string };
}

/** A call of the script that acknowledges one message of a stream, and takes what is next of it. */
export class NextCall extends Call {
  readonly script = nextScript;
  private readonly keys: readonly string[];

  constructor({ stream, group, consumer, most }: Take, { entry, deliveryCount, job }: Acknowledged) {
    super();
    this.keys = job ? [stream, job.index] : [stream];
    this.add(group, consumer, entry, deliveryCount, most);
    if (job) this.add(job.id, job.location);
  }

  protected override allKeys(): readonly string[] {
    return this.keys;
  }
}
