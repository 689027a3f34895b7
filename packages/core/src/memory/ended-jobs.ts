import type { DeadLetterReason } from '../broker/index.js';
import { type BucketRecord, cancelledBody, failedBody } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import { causeOfFailure } from '../dependency/index.js';
import { HEADER, resultPlaceOf } from '../message/index.js';
import { type Entry, ownArgsOf } from './entry.js';
import type { JobIndex } from './job-index.js';
import type { JoinedBuckets } from './joined-buckets.js';

type Ended = Pick<Entry, 'jobId' | 'message'>;

/** What jobs leave behind that the broker ends by itself, and what goes with every job. */
export class EndedJobs {
  constructor(
    private readonly clock: Clock,
    private readonly jobs: JobIndex,
    private readonly buckets: JoinedBuckets,
  ) {}

  /** The result of a job that was cancelled; undefined where its headers name no bucket for it. */
  cancelledResult(ended: Ended, exception: string): BucketRecord | undefined {
    return this.#result(ended, exception, cancelledBody);
  }

  /** Stores the result of a job that was given up. */
  storeFailed(ended: Ended, { name, message }: DeadLetterReason): void {
    const result = this.#result(ended, `${name}: ${message}`, failedBody);
    if (result) this.buckets.storeEverywhere(result);
  }

  /** A job's own arguments go with it, save where a job that is held has the same: it goes on under the same id. */
  removeOwnArgs(ended: Ended): void {
    const bucketId = ownArgsOf(ended);
    if (bucketId === undefined) return;
    const held = this.jobs.find(ended.jobId!);
    if (!held || ownArgsOf(held) !== bucketId) this.buckets.delete(bucketId);
  }

  #result({ jobId, message }: Ended, exception: string, encode: typeof failedBody): BucketRecord | undefined {
    const place = jobId === undefined ? undefined : resultPlaceOf(message.headers);
    if (!place) return undefined;
    const { headers } = message;
    const jobName = headers[HEADER.topic];
    const body = encode(exception, place.ttl, this.clock.now(), headers);
    return { ...place, body, success: false, cause: causeOfFailure(place.id, exception, jobName), jobName };
  }
}
