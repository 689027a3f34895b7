import type { Connection } from '../connection/connection.js';
import { HEADER, isSameEnqueueing } from '../message/index.js';
import type { Job } from './job.js';

/** How many jobs of each kind are looked for: one that stores a result tells for all of them; of others the last are there longest. */
const MOST_LOOKED_FOR = 3;

/** Jobs that were published together, all or none, and nobody was told which. */
export class Doubt {
  private wasFound = false;

  constructor(private readonly jobs: readonly Job[]) {}

  /** True where they were published: so they were all, when one of them is found. */
  async isUnfounded(connection: Connection): Promise<boolean> {
    const unsure = this.jobs.filter(({ doubt }) => doubt === this); // Others were published anew, and say nothing of these.
    for (const job of someOf(unsure)) this.wasFound ||= await wasPublished(job, connection);
    return this.wasFound;
  }
}

function someOf(jobs: readonly Job[]): readonly Job[] {
  const telling = jobs.filter(({ resultId }) => resultId !== undefined);
  const others = jobs.filter(({ resultId }) => resultId === undefined);
  return [...telling.slice(0, MOST_LOOKED_FOR), ...others.slice(-MOST_LOOKED_FOR)];
}

/** True where the broker holds it, or the job that it has delegated to, or where it has left a result. */
async function wasPublished(job: Job, { broker, buckets }: Connection): Promise<boolean> {
  if (!broker.capabilities.jobIds) return false;
  const held = await broker.inspect(job.id);
  if (held !== undefined) return isSameEnqueueing(held.message.headers[HEADER.nonce], job.nonce);
  if (job.resultId === undefined) return false;
  const left = await buckets.findNonce(job.resultId);
  return left !== undefined && isSameEnqueueing(left.nonce, job.nonce);
}
