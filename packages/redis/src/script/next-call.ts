import type { Invocation, ScriptArgument } from './call.js';
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
  /** Where it is known by the id of a job: the hash of all jobs, that id, its location there, and the key of its own arguments. */
  readonly job?: {
    readonly jobs: string;
    readonly id: string;
    readonly location: string;
    readonly ownArgs: string | undefined;
  };
}

/** A call of the script that acknowledges one message of a stream, and takes what is next of it. */
export class NextCall implements Invocation {
  readonly script = nextScript;

  constructor(
    private readonly take: Take,
    private readonly acknowledged: Acknowledged,
  ) {}

  toArguments(script: string): ScriptArgument[] {
    const { stream, group, consumer, most } = this.take;
    const { entry, deliveryCount, job } = this.acknowledged;
    if (!job) return [script, 1, stream, group, consumer, entry, deliveryCount, most];
    const keys = job.ownArgs === undefined ? [2, stream, job.jobs] : [3, stream, job.jobs, job.ownArgs];
    return [script, ...keys, group, consumer, entry, deliveryCount, most, job.id, job.location];
  }
}
