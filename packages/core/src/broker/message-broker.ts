import type { BucketBroker, BucketWrite } from '../bucket/bucket-broker.js';
import type { Clock } from '../clock/index.js';
import type { OutgoingMessage } from '../message/message.js';
import type { MessageBrokerCapabilities } from './capabilities.js';
import type { ChannelAdministration } from './channel-administration.js';
import type { Delivery } from './delivery.js';
import type { JobInspection, JobLocation, JobReference } from './inspection.js';

/**
 * Moves messages from producers to consumers, at least once.
 *
 * All calls may be made at the same time. While the broker is not connected they reject with BrokerClosedError;
 * while it is out of reach for longer than its limit, with BrokerUnavailableError: no call waits for ever.
 */
export interface MessageBroker {
  /** For logs and errors: `in-memory`, `redis`. */
  readonly name: string;
  readonly capabilities: MessageBrokerCapabilities;
  /** The clock that its delays run by. Workers use it too, so that moving it moves everything. */
  readonly clock: Clock;
  readonly channels: ChannelAdministration;

  /** Makes it ready. Calling it again while connected does nothing. */
  connect(): Promise<void>;
  /** Closes its consumers, then itself. Deliveries in hand stay owned until their time runs out. Twice does nothing. */
  disconnect(): Promise<void>;

  /**
   * Asks whether buckets of that broker can be committed together with messages, because both lie in the same place.
   * True: writes into it may ride in messages and settlements from now on. Called once both are connected.
   */
  join(buckets: BucketBroker): Promise<boolean>;

  /**
   * Publishes all or none, in one round trip. When it resolves, the broker has them.
   *
   * Rejects with DuplicateJobError when one of the ids is there already, or is given twice.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;

  /** Starts to take messages from channels; channels that are not there yet are made. */
  consume(options: ConsumeOptions): Promise<Consumer>;

  /** Where the job is; undefined where the broker does not hold it. Needs `jobIds`. */
  locate(channel: string, jobId: string): Promise<JobLocation | undefined>;

  /** All that it knows of the job; undefined where it does not hold it. Needs `jobIds`. */
  inspect(channel: string, jobId: string): Promise<JobInspection | undefined>;

  /** The jobs that wait for the bucket, or have waited for it and not ended yet, in no order. Needs `dependencies`. */
  waiters(bucketId: string): Promise<readonly JobReference[]>;

  /**
   * Takes a waiting, delayed or queued job away, or tells the worker that runs it (see `ConsumeOptions.onCancel`).
   * `bucket`, the result of a cancelled job, is stored in the same act as the removal. Needs `jobIds`.
   *
   * Answers where the job was; undefined where the broker does not hold it.
   */
  cancel(channel: string, jobId: string, options?: CancelOptions): Promise<JobLocation | undefined>;
}

/** What to leave behind for a job that is taken away. */
export interface CancelOptions {
  readonly bucket?: BucketWrite;
}

/** What to consume, and whom to tell. */
export interface ConsumeOptions {
  readonly channels: readonly string[];
  /** Told of each job in hand that somebody cancels. */
  readonly onCancel?: (channel: string, jobId: string) => void;
  /** Told of what goes wrong between deliveries: a lost connection, a malformed entry. It goes on by itself. */
  readonly onProblem?: (problem: Error) => void;
}

/**
 * Takes messages from its channels, only as many as it is asked for.
 *
 * Within a channel and priority the first published comes first. Paused channels give nothing.
 */
export interface Consumer {
  /** How long a delivery is owned without being extended, in milliseconds. */
  readonly ownershipTime: number;

  /**
   * Up to `max` deliveries, as soon as there is one. With `wait: false` it answers at once, with none where none is due.
   * Resolves empty after `wake()` and once closed. Only one call at a time.
   *
   * Connection losses are waited out and reported to `onProblem`, they do not reject.
   */
  receive(max: number, options: { readonly wait: boolean }): Promise<readonly Delivery[]>;

  /** Makes a waiting `receive` resolve now. What it had already been given is in its answer, or given back. */
  wake(): void;

  /** Keeps ownership for another `ownershipTime`. Answers those that were lost already. */
  extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;

  /** Stops taking. Deliveries in hand stay owned, and may still be settled while the broker is connected. */
  close(): Promise<void>;
}
