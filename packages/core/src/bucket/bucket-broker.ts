import type { BucketState } from '../dependency/condition.js';

/** An encoded bucket, as a broker stores it: one text and its time to live. */
export interface BucketRecord {
  readonly id: string;
  /** JSON text written by the bucket codec. Brokers do not parse it. */
  readonly body: string;
  /** Time to live in milliseconds; null for ever. Storing the id again replaces body and time to live. */
  readonly ttl: number | null;
  /** False for the result of a job that failed or was skipped. */
  readonly success: boolean;
  /** True for the result of a job that was skipped. */
  readonly skipped?: boolean;
  /** A short text for dependent jobs: why the job failed or was skipped. */
  readonly cause?: string;
  /** The name of the job that failed or was skipped, for dependent jobs. The body has it, too, as `jobName`. */
  readonly jobName?: string;
}

/** How the job behind a bucket ended. */
export function bucketState({ success, skipped }: Pick<BucketRecord, 'success' | 'skipped'>): BucketState {
  if (success) return 'succeeded';
  return skipped ? 'skipped' : 'failed';
}

/** A bucket and the broker to store it in. */
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
 * Stores buckets. All calls may run concurrently; each is atomic. They reject with BrokerClosedError while the broker
 * is not connected, and with BrokerUnavailableError while it is unreachable.
 */
export interface BucketBroker {
  /** For logs and errors: `in-memory`, `redis`. */
  readonly name: string;
  /** Connects the broker. Does nothing if it is connected. */
  connect(): Promise<void>;
  /** Disconnects; pending waits reject with BrokerClosedError. Does nothing if it is disconnected. */
  disconnect(): Promise<void>;
  /** The bodies in the order of the ids; undefined for a bucket that does not exist or has expired. */
  get(ids: readonly string[]): Promise<(string | undefined)[]>;
  /**
   * Stores all buckets, replacing existing ones. Resolves the waits for them, and releases or skips the messages that
   * wait for them.
   */
  store(buckets: readonly BucketRecord[]): Promise<void>;
  /** Deletes buckets; returns how many existed. */
  delete(ids: readonly string[]): Promise<number>;
  /**
   * Resolves with the body once the bucket is stored, immediately if it already is. Checking for the bucket and
   * registering the waiter are atomic, so no order of events loses the bucket. The store wakes the waiter. A
   * broker may poll as well, so that a lost notification does no harm.
   *
   * Rejects with TimeoutError after `timeout`, and with the signal's reason when it aborts.
   */
  wait(id: string, options: WaitOptions): Promise<string>;
}
