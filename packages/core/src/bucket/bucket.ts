/** Arguments of a job, kept apart from its message. */
export interface ArgsBucket<T = unknown> {
  readonly data: T;
  /** When it was stored. */
  readonly timestamp: Date;
  /** How long it is kept, in milliseconds; null for ever. */
  readonly ttl: number | null;
}

/** What a job left behind. All that an arguments bucket has and more, so it can be another job's arguments. */
export interface ResultBucket<T = unknown> extends ArgsBucket<T> {
  readonly success: boolean;
  /** What went wrong, as `Name: message`; only where `success` is false. */
  readonly exception?: string;
  /** The name of the job; only where `success` is false. */
  readonly jobName?: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** True where the actor was not run at all. */
  readonly skipped?: boolean;
  /** True where the job was cancelled. */
  readonly cancelled?: boolean;
}

/** Either kind. */
export type Bucket<T = unknown> = ArgsBucket<T> | ResultBucket<T>;

/** True for the bucket of a job that has ended; false for mere arguments. */
export function isResultBucket<T>(bucket: Bucket<T>): bucket is ResultBucket<T> {
  return 'success' in bucket;
}
