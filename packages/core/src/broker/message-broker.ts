import type { BucketBroker } from '../bucket/bucket-broker.js';
import type { Clock } from '../clock/index.js';
import type { OutgoingMessage } from '../message/message.js';
import type { MessageBrokerCapabilities } from './capabilities.js';
import type { ChannelAdministration } from './channel-administration.js';
import type { Delivery } from './delivery.js';
import type { JobInspection, JobPlace, JobReference } from './inspection.js';

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
   * Rejects with DuplicateJobError when one of the ids, or of the buckets that results go to, is taken already on any
   * channel, or is given twice. The error says where the job is that has it.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;

  /** Starts to take messages from channels; channels that are not there yet are made. */
  consume(options: ConsumeOptions): Promise<Consumer>;

  /**
   * Where the job is; undefined where the broker does not hold it. An id names one job in the broker, whatever its channel.
   * The id of a bucket that a job's result goes to (`OutgoingMessage.resultId`) finds that job: so the id of a job that
   * has delegated finds the job that it delegated to. Needs `jobIds`.
   */
  locate(jobId: string): Promise<JobPlace | undefined>;

  /** All that it knows of the job, found as by `locate`; undefined where it does not hold it. Needs `jobIds`. */
  inspect(jobId: string): Promise<JobInspection | undefined>;

  /** The jobs that wait for the bucket, or have waited for it and not ended yet, in no order. Needs `dependencies`. */
  waiters(bucketId: string): Promise<readonly JobReference[]>;

  /**
   * Ends the job, found as by `locate`, wherever it is: waiting, delayed, queued or running. In the same act its result, which says
   * that it was cancelled, is stored where its headers name a bucket, whoever waits for that is released or skipped, its id is free, and its own
   * arguments bucket is removed. A running job's delivery is lost to its worker, whose settlement commits nothing; the worker is
   * told besides (see `ConsumeOptions.onCancel`), so that it can stop. Needs `jobIds`.
   *
   * Returns what was known of the job; undefined where the broker does not hold it, and then nothing is stored.
   */
  cancel(jobId: string, options?: CancelOptions): Promise<JobInspection | undefined>;
}

/** What to leave behind for a job that is cancelled. */
export interface CancelOptions {
  /**
   * Where its result goes, a bucket broker that was joined, and what that says. Id and time to live are those that the job's headers
   * name; a job that stores no result leaves none. Without it nothing is stored.
   */
  readonly result?: { readonly into: BucketBroker; readonly exception: string };
}

/** What to consume, and whom to tell. */
export interface ConsumeOptions {
  readonly channels: readonly string[];
  /** Told of each job in flight that was cancelled. The broker has ended it already; the run can only be stopped. */
  readonly onCancel?: (channel: string, jobId: string) => void;
  /** Told of what goes wrong between deliveries: a lost connection, a malformed entry. It goes on by itself. */
  readonly onProblem?: (problem: Error) => void;
}

/** How to take messages. */
export interface ReceiveOptions {
  /** Wait until there is one; otherwise return at once. */
  readonly wait: boolean;
  /** At most so many messages of these channels; 0 leaves the channel out. Channels that are not named are limited by `max` alone. */
  readonly limits?: ReadonlyMap<string, number>;
  /**
   * The consumer has nothing in flight, and takes one suspect (see `hasSuspects`), or nothing. The broker notes that it runs
   * alone: when its worker is lost again, it is to blame, and its next delivery `isExhausted`. Never waits. @default false
   */
  readonly alone?: boolean;
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
   * True where a message is there that has lost its worker too often (see `maxDeliveries`) and may be what kills workers. It
   * is given only to a consumer that has nothing else in flight: `receive(1, { alone: true })`. A `receive` that waits
   * resolves empty when this becomes true, and does not wait while it is.
   */
  readonly hasSuspects: boolean;

  /** True while the channel is known to be paused: nothing more of it may be begun. What was delivered is given back. */
  isPaused(channel: string): boolean;

  /**
   * Up to `max` deliveries, as soon as there is one. With `wait: false` it returns at once, with none where none is due.
   * Resolves empty after `wake()`, once closed, and where all that is there are suspects. Only one call at a time.
   *
   * Connection losses are waited out and reported to `onProblem`, they do not reject.
   */
  receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]>;

  /** Makes a waiting `receive` resolve now. What it had already been given is in its answer, or given back. */
  wake(): void;

  /** Keeps ownership for another `ownershipTime`. Returns those that were lost already. One that ran alone for that long is not blamed any more. */
  extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;

  /** Stops taking. Deliveries in hand stay owned, and may still be settled while the broker is connected. */
  close(): Promise<void>;
}
