import type { DeadLetterReason } from '../broker/index.js';
import { type BucketRecord, cancelledBody, failedBody } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import { causeOfFailure } from '../dependency/index.js';
import { HEADER, resultTargetOf } from '../message/index.js';
import { type Entry, ownArgsOf } from './entry.js';
import type { JobIndex } from './job-index.js';
import type { TransactionalBuckets } from './transactional-buckets.js';

type Ended = Pick<Entry, 'jobId' | 'message'>;

/** Stores the results of jobs that the broker ends itself, and removes the arguments of every job that ends. */
export class EndedJobs {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: JobIndex,
    private readonly buckets: TransactionalBuckets,
  ) {}

  /** The result of a cancelled job; undefined if its headers name no result bucket. */
  cancelledResult(ended: Ended, exception: string): BucketRecord | undefined {
    return this.#result(ended, exception, cancelledBody);
  }

  /** Stores the result of a dead-lettered job. */
  storeFailed(ended: Ended, { name, message }: DeadLetterReason): void {
    const result = this.#result(ended, `${name}: ${message}`, failedBody);
    if (result) this.buckets.storeEverywhere(result);
  }

  /** Removes the job's own arguments, unless a held job of the same id uses the same bucket. */
  removeOwnArgs(ended: Ended): void {
    const bucketId = ownArgsOf(ended);
    if (bucketId === undefined) return;
    const held = this.jobs.find(ended.jobId!);
    if (!held || ownArgsOf(held) !== bucketId) this.buckets.delete(bucketId);
  }

  #result({ jobId, message }: Ended, exception: string, encode: typeof failedBody): BucketRecord | undefined {
    const target = jobId === undefined ? undefined : resultTargetOf(message.headers);
    if (!target) return undefined;
    const { headers } = message;
    const jobName = headers[HEADER.topic];
    const body = encode(exception, target.ttl, this.clock.now(), headers);
    return { ...target, body, success: false, cause: causeOfFailure(target.id, exception, jobName), jobName };
  }
}
