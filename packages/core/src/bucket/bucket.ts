/** The arguments of a job, stored separately from its message. */
export interface ArgsBucket<T = unknown> {
  readonly data: T;
  /** When it was stored. */
  readonly timestamp: Date;
  /** How long it is kept, in milliseconds; null for ever. */
  readonly ttl: number | null;
}

/** When a job ran. */
interface RunTimes {
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** The result of a job that succeeded. */
export interface SucceededResult<T = unknown> extends ArgsBucket<T>, RunTimes {
  readonly success: true;
  readonly exception?: undefined;
  readonly jobName?: undefined;
  readonly skipped?: undefined;
  readonly cancelled?: undefined;
}

/** The result of a job that failed, was skipped or was cancelled. */
export interface FailedResult extends ArgsBucket<null>, RunTimes {
  readonly success: false;
  /** The error, as `Name: message`. */
  readonly exception: string;
  /** The name of the job. */
  readonly jobName?: string;
  /** True if the actor was never run. */
  readonly skipped?: boolean;
  /** True if the job was cancelled. */
  readonly cancelled?: boolean;
}

/**
 * The result of a job; `success` tells which. It has everything that an arguments bucket has, so it can be another job's
 * arguments.
 */
export type ResultBucket<T = unknown> = SucceededResult<T> | FailedResult;

/** A bucket of either kind. */
export type Bucket<T = unknown> = ArgsBucket<T> | ResultBucket<T>;

/** True for the bucket of a job that has ended; false for arguments. */
export function isResultBucket<T>(bucket: Bucket<T>): bucket is ResultBucket<T> {
  return 'success' in bucket;
}
