import type { Connection } from '../connection/connection.js';
import { HEADER, isSameEnqueueing } from '../message/index.js';

/** How many jobs of each kind are looked up. One job that stores a result is enough. Of the others, the last ones stay in the broker longest. */
const MAX_LOOKUPS = 3;

/** A job whose publish may be unconfirmed. */
export interface PublishedJob {
  readonly id: string;
  readonly resultId: string | undefined;
  readonly nonce: string | undefined;
  /** The publish of this job that was not confirmed; undefined if there is none. */
  readonly unconfirmed: UnconfirmedPublish | undefined;
}

/** A publish whose confirmation was lost: the broker stored all of its jobs or none. */
export class UnconfirmedPublish {
  private wasFound = false;

  constructor(private readonly jobs: readonly PublishedJob[]) {}

  /** True if the broker stored the jobs. Finding one of them proves that all were stored. */
  async wasStored(connection: Connection): Promise<boolean> {
    const stillUnconfirmed = this.jobs.filter(({ unconfirmed }) => unconfirmed === this); // The others were published again since.
    for (const job of mostTelling(stillUnconfirmed)) this.wasFound ||= await isStored(job, connection);
    return this.wasFound;
  }
}

function mostTelling(jobs: readonly PublishedJob[]): readonly PublishedJob[] {
  const withResult = jobs.filter(({ resultId }) => resultId !== undefined);
  const others = jobs.filter(({ resultId }) => resultId === undefined);
  return [...withResult.slice(0, MAX_LOOKUPS), ...others.slice(-MAX_LOOKUPS)];
}

/** True if the broker holds the job, or the job that it delegated to, or if it left a result. */
async function isStored(job: PublishedJob, { broker, buckets }: Connection): Promise<boolean> {
  if (!broker.capabilities.jobIds) return false;
  const held = await broker.inspect(job.id);
  if (held !== undefined) return isSameEnqueueing(held.message.headers[HEADER.nonce], job.nonce);
  if (job.resultId === undefined) return false;
  const left = await buckets.findNonce(job.resultId);
  return left !== undefined && isSameEnqueueing(left.nonce, job.nonce);
}
