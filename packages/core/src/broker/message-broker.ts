import type { BucketBroker } from '../bucket/bucket-broker.js';
import type { Clock } from '../clock/index.js';
import type { OutgoingMessage } from '../message/message.js';
import type { MessageBrokerCapabilities } from './capabilities.js';
import type { ChannelAdministration } from './channel-administration.js';
import type { Delivery } from './delivery.js';
import type { JobInspection, JobPlace, JobReference } from './inspection.js';

/**
 * Delivers messages from producers to consumers, at least once.
 *
 * All calls may run concurrently. They reject with BrokerClosedError while the broker is not connected, and with
 * BrokerUnavailableError once the broker is unreachable for longer than its limit: no call waits for ever.
 */
export interface MessageBroker {
  /** For logs and errors: `in-memory`, `redis`. */
  readonly name: string;
  readonly capabilities: MessageBrokerCapabilities;
  /** The clock that delays use. Workers use it too, so that advancing it affects both. */
  readonly clock: Clock;
  readonly channels: ChannelAdministration;

  /** Connects the broker. Does nothing if it is connected. */
  connect(): Promise<void>;
  /**
   * Closes the consumers, then the broker. Deliveries in flight stay owned until their ownership expires. Does nothing
   * if it is disconnected.
   */
  disconnect(): Promise<void>;

  /**
   * Asks whether buckets of that broker can be committed together with messages, because both are in the same store.
   * Returns true if they can: messages and settlements may then include its buckets. Called once both are connected.
   */
  join(buckets: BucketBroker): Promise<boolean>;

  /**
   * Publishes all messages or none, in one round trip. When the promise resolves, the broker has them.
   *
   * Rejects with DuplicateJobError if a job id or a result id is already taken, on any channel, or is given twice. The
   * error says which job has it.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;

  /** Starts consuming channels; creates those that do not exist. */
  consume(options: ConsumeOptions): Promise<Consumer>;

  /**
   * The state of the job; undefined if the broker does not hold it. A job id is unique in the broker, across channels.
   * The id of a job's result bucket (`OutgoingMessage.resultId`) finds that job, too. So the id of a job that has
   * delegated finds the job that it delegated to. Needs `jobIds`.
   */
  locate(jobId: string): Promise<JobPlace | undefined>;

  /**
   * Everything that the broker knows about the job, found as by `locate`; undefined if it does not hold it. Needs
   * `jobIds`.
   */
  inspect(jobId: string): Promise<JobInspection | undefined>;

  /** The jobs that wait for the bucket, or waited for it and have not ended, in no order. Needs `dependencies`. */
  waiters(bucketId: string): Promise<readonly JobReference[]>;

  /**
   * Cancels the job, found as by `locate`, whatever its state. Atomically: stores a result that says it was cancelled,
   * if its headers name a bucket; releases or skips the jobs that wait for that bucket; frees its id; and deletes its
   * own arguments bucket. The worker of a running job loses the delivery, and its settlement commits nothing; it is
   * also notified (see `ConsumeOptions.onCancel`), so that it can stop. Needs `jobIds`.
   *
   * Returns the job as it was; undefined if the broker does not hold it, and then nothing is stored.
   */
  cancel(jobId: string, options?: CancelOptions): Promise<JobInspection | undefined>;
}

/** What to store for a cancelled job. */
export interface CancelOptions {
  /**
   * The text of the result and the transactional bucket broker to store it in. The job's headers name its id and time to live;
   * a job that stores no result gets none. If omitted, nothing is stored.
   */
  readonly result?: { readonly into: BucketBroker; readonly exception: string };
}

/** What to consume, and callbacks. */
export interface ConsumeOptions {
  readonly channels: readonly string[];
  /**
   * Called for each job in flight that was cancelled. The broker has already ended the job; only the run remains to be
   * stopped.
   */
  readonly onCancel?: (channel: string, jobId: string) => void;
  /** Called for problems between deliveries: a lost connection, a malformed entry. The consumer recovers by itself. */
  readonly onProblem?: (problem: Error) => void;
}

/** How to receive messages. */
export interface ReceiveOptions {
  /** True to wait for a message; false to return immediately. */
  readonly wait: boolean;
  /**
   * The maximum number of messages of each of these channels; 0 excludes the channel. Other channels are limited by
   * `max` alone.
   */
  readonly limits?: ReadonlyMap<string, number>;
  /**
   * Receive one suspect (see `hasSuspects`), or nothing; the consumer must have nothing in flight. Call `markStarted`
   * before it runs. Never waits.
   *
   * @default false
   */
  readonly alone?: boolean;
}

/**
 * Receives messages from its channels, only as many as requested.
 *
 * Within a channel and priority, messages arrive in the order of publishing. Paused channels deliver nothing.
 */
export interface Consumer {
  /** How long a delivery is owned without being extended, in milliseconds. */
  readonly ownershipTime: number;

  /**
   * True if a channel holds a suspect: a message that lost its worker so often (see `maxDeliveries`) that it may be
   * what crashes them. It is delivered only to a consumer with nothing else in flight: `receive(1, { alone: true })`. A
   * waiting `receive` resolves empty when this becomes true, and `receive` does not wait while it is.
   */
  readonly hasSuspects: boolean;

  /**
   * True while the channel is known to be paused: no further messages of it may be started. Delivered ones must be
   * returned.
   */
  isPaused(channel: string): boolean;

  /**
   * Returns up to `max` deliveries as soon as there is one. With `wait: false` it returns immediately, possibly empty.
   * Resolves empty after `wake()`, after `close()`, and if only suspects are available. Only one call at a time.
   *
   * Connection losses do not reject: the call waits for the connection and reports to `onProblem`.
   */
  receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]>;

  /**
   * Makes a waiting `receive` resolve now. Messages it has already received are in its result, or are returned to the
   * channel.
   */
  wake(): void;

  /**
   * Records that a suspect, received with `alone`, starts to run. If it loses its worker after that, it counts as lost
   * alone; after the second time, its next delivery is `isExhausted`. A suspect that is lost earlier did not run, and is
   * delivered alone again.
   *
   * Rejects with LostOwnershipError if the delivery is not owned any more, and with BrokerUnavailableError if the broker
   * cannot be reached.
   */
  markStarted(delivery: Delivery): Promise<void>;

  /**
   * Renews ownership for another `ownershipTime`. Returns the deliveries that were already lost. A suspect that has run
   * alone for that long is cleared.
   */
  extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;

  /** Stops receiving. Deliveries in flight stay owned, and may be settled while the broker is connected. */
  close(): Promise<void>;
}
