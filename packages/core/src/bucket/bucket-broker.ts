import type { BucketState } from '../dependency/condition.js';

/** An encoded bucket, as a broker keeps it: one text and how long to keep it. */
export interface BucketRecord {
  readonly id: string;
  /** JSON text made by the bucket codec. A broker does not look inside. */
  readonly body: string;
  /** Milliseconds to keep it; null for ever. Storing the id again replaces body and TTL. */
  readonly ttl: number | null;
  /** False for the result of a job that failed or was skipped. */
  readonly success: boolean;
  /** True for the result of a job that was skipped. */
  readonly skipped?: boolean;
  /** Why the job has failed or was skipped, in short, for those who wait for it. */
  readonly cause?: string;
  /** The name of the job that has failed or was skipped, for those who wait for it. The body says it as well, as `jobName`. */
  readonly jobName?: string;
}

/** How the job behind a bucket has ended. */
export function bucketState({ success, skipped }: Pick<BucketRecord, 'success' | 'skipped'>): BucketState {
  if (success) return 'succeeded';
  return skipped ? 'skipped' : 'failed';
}

/** A bucket and the broker that it belongs in. */
export interface BucketWrite extends BucketRecord {
  readonly into: BucketBroker;
}

/** How long to wait for a bucket. */
export interface WaitOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/**
 * Keeps buckets. All calls may be made at the same time; each is atomic.
 * Calls while it is not connected reject with BrokerClosedError; while it is out of reach, with BrokerUnavailableError.
 */
export interface BucketBroker {
  /** For logs and errors: `in-memory`, `redis`. */
  readonly name: string;
  /** Makes it ready. Calling it again while connected does nothing. */
  connect(): Promise<void>;
  /** Ends it; waits in progress reject with BrokerClosedError. Calling it again does nothing. */
  disconnect(): Promise<void>;
  /** The bodies in the order of the ids; undefined where none is kept or its TTL has passed. */
  get(ids: readonly string[]): Promise<(string | undefined)[]>;
  /** Stores all, replacing what is there, wakes who waits for them, and releases or skips the messages that do. */
  store(buckets: readonly BucketRecord[]): Promise<void>;
  /** Removes them; answers how many were there. */
  delete(ids: readonly string[]): Promise<number>;
  /**
   * The body as soon as it is stored, at once where it is already there. Looking and registering are one act, so
   * that no order of events loses it; it is woken by the store and does not poll.
   *
   * Rejects with TimeoutError after `timeout`, and with the signal's reason when it fires.
   */
  wait(id: string, options: WaitOptions): Promise<string>;
}
