/** The arguments of a job, stored separately from its message. */
export interface ArgsBucket<T = unknown> {
  readonly data: T;
  /** When it was stored. */
  readonly timestamp: Date;
  /** How long it is kept, in milliseconds; null for ever. */
  readonly ttl: number | null;
}

/** The result of a job. It has everything that an arguments bucket has, so it can be another job's arguments. */
export interface ResultBucket<T = unknown> extends ArgsBucket<T> {
  readonly success: boolean;
  /** The error, as `Name: message`; only if `success` is false. */
  readonly exception?: string;
  /** The name of the job; only if `success` is false. */
  readonly jobName?: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** True if the actor was never run. */
  readonly skipped?: boolean;
  /** True if the job was cancelled. */
  readonly cancelled?: boolean;
}

/** A bucket of either kind. */
export type Bucket<T = unknown> = ArgsBucket<T> | ResultBucket<T>;

/** True for the bucket of a job that has ended; false for arguments. */
export function isResultBucket<T>(bucket: Bucket<T>): bucket is ResultBucket<T> {
  return 'success' in bucket;
}
