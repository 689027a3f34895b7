import { boundedIssues, describeIssues, type PayloadIssue } from './payload-issues.js';
import { RepidError } from './repid-error.js';
import { show, shorten } from './show.js';

/** An option is unknown, missing, of the wrong type or out of range. Thrown where the option is given. */
export class InvalidOptionError extends RepidError {
  readonly code = 'REPID_INVALID_OPTION';
}

/** Who has the id that a job asked for. */
export type TakenBy =
  /** A job that the broker holds. Its `jobId` differs from the id if that is the id of its result bucket. */
  | { readonly channel: string; readonly jobId: string; readonly location: string }
  /** A bucket: a result that a released job has yet to read, or a bucket of the other kind. */
  | 'result-in-use'
  | 'arguments'
  | 'result'
  /** Another job of the same call. */
  | 'same-call';

/** The id is taken by a job or a bucket. An id names one job in a connection, across channels. */
export class DuplicateJobError extends RepidError {
  readonly code = 'REPID_DUPLICATE_JOB';

  constructor(
    /** The id that is taken. */
    readonly jobId: string,
    /** The channel that the refused job was for. */
    readonly channel: string,
    /** Who has it; undefined if the broker does not say. */
    readonly takenBy?: TakenBy,
  ) {
    super(`The id "${jobId}" of a job for channel "${channel}" is taken: ${describeTaken(jobId, takenBy)}`);
  }
}

function describeTaken(id: string, takenBy: TakenBy | undefined): string {
  switch (takenBy) {
    case undefined:
      return 'the broker holds a job with it. Wait until it has ended, cancel it, or choose another id.';
    case 'result-in-use':
      return 'a released job has yet to read the result in that bucket. Wait for it, or choose another id.';
    case 'arguments':
      return 'the bucket of this id holds arguments, which a result would overwrite. Choose another id, or another "argsId".';
    case 'result':
      return 'the bucket of this id holds the result of another job, which arguments would overwrite. Choose another "argsId".';
    case 'same-call':
      return 'another job of the same call has it. Give each its own.';
  }
  const { channel, jobId, location } = takenBy;
  const owner = jobId === id ? 'that job' : `job "${jobId}", whose result goes to the bucket of this id,`;
  return `${owner} is ${location} on channel "${channel}". Wait until it has ended, cancel it, or choose another id.`;
}

/** A bucket does not exist: never stored, deleted, or expired. */
export class BucketNotFoundError extends RepidError {
  readonly code = 'REPID_BUCKET_NOT_FOUND';

  constructor(readonly bucketId: string) {
    super(
      `Bucket "${bucketId}" does not exist: it was never stored, was deleted, or has expired. ` +
        'Check its id, or give it a longer TTL.',
    );
  }
}

/** A payload does not have the shape that its actor declares. Not retried: a retry cannot fix it. */
export class PayloadValidationError extends RepidError {
  readonly code = 'REPID_PAYLOAD_VALIDATION';
  /** At most the first 20. */
  readonly issues: readonly PayloadIssue[];

  constructor(
    /** The actor that refused it, as `Class.method`. */
    readonly actor: string,
    issues: readonly PayloadIssue[],
  ) {
    const bounded = boundedIssues(issues);
    super(`Payload of "${actor}" is not valid: ${describeIssues(bounded)}`);
    this.issues = bounded;
  }
}

/** Bytes that the serializer cannot read, or a value that it cannot write. */
export class SerializationError extends RepidError {
  readonly code = 'REPID_SERIALIZATION';
}

/** A payload, a message with its headers, or a result is larger than `maxPayloadBytes`. */
export class PayloadTooLargeError extends RepidError {
  readonly code = 'REPID_PAYLOAD_TOO_LARGE';

  constructor(subject: string, size: number, limit: number) {
    super(
      `${subject} has ${size} bytes, the limit is ${limit}. ` +
        'Store the data elsewhere and send a reference to it, or raise "maxPayloadBytes".',
    );
  }
}

/** The jobs cannot wait for each other as requested. */
export class DependencyError extends RepidError {
  readonly code = 'REPID_DEPENDENCY';
}

/** Details of a request that failed. */
export interface UnavailableOptions extends ErrorOptions {
  /** False if it is known that nothing was done. @default true */
  readonly mayBeDone?: boolean;
}

/**
 * The broker could not be reached in time, or refuses all requests of this kind for now. The request may be repeated.
 */
export class BrokerUnavailableError extends RepidError {
  readonly code = 'REPID_BROKER_UNAVAILABLE';
  /** False if nothing was done; true if the request may have been carried out, because no response came. */
  readonly mayBeDone: boolean;

  constructor(message: string, { mayBeDone = true, ...options }: UnavailableOptions = {}) {
    super(message, options);
    this.mayBeDone = mayBeDone;
  }
}

/** The broker was disconnected, or never connected. */
export class BrokerClosedError extends RepidError {
  readonly code = 'REPID_BROKER_CLOSED';

  constructor(broker: string) {
    super(`The ${broker} broker is not connected. Connect it first; after disconnect() connect it again.`);
  }
}

/** The broker refused the request and would refuse it again. Nothing was committed. */
export class BrokerRefusedError extends RepidError {
  readonly code = 'REPID_BROKER_REFUSED';
}

/** A request needs a feature that the broker does not have. */
export class UnsupportedError extends RepidError {
  readonly code = 'REPID_UNSUPPORTED';
}

/** Something took longer than its limit. */
export class TimeoutError extends RepidError {
  readonly code = 'REPID_TIMEOUT';
}

/** The work was cancelled: the job was cancelled, or its worker is shutting down. */
export class CancelledError extends RepidError {
  readonly code = 'REPID_CANCELLED';
}

/** Throw it from an actor to retry after this delay, while the job has retries left. */
export class RetryLater extends RepidError {
  readonly code = 'REPID_RETRY_LATER';

  constructor(
    /** The delay: milliseconds, or text such as `'5s'`. @default what the retry policy says */
    readonly delay?: number | string,
    message = 'The actor asked to be run again later.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throw it from an actor to fail the job for good, even if retries are left. */
export class Unrecoverable extends RepidError {
  readonly code = 'REPID_UNRECOVERABLE';
}

/**
 * A delivery was settled or extended after another worker had taken it over or its job was cancelled. Nothing was
 * committed.
 */
export class LostOwnershipError extends RepidError {
  readonly code = 'REPID_LOST_OWNERSHIP';

  constructor(deliveryId: string, channel: string) {
    super(
      `Delivery "${deliveryId}" on channel "${channel}" belongs to another worker now, or its job was cancelled; nothing was committed. ` +
        'If workers lose messages often, raise the broker\'s "ownershipTime".',
    );
  }
}

/**
 * An entry in a channel is not a message: truncated, not JSON where JSON is required, or headers of the wrong shape.
 */
export class MalformedMessageError extends RepidError {
  readonly code = 'REPID_MALFORMED_MESSAGE';
}

/** No actor takes a message. */
export class UnroutedMessageError extends RepidError {
  readonly code = 'REPID_UNROUTED_MESSAGE';

  constructor(topic: string | undefined, channel: string, knownTopics: readonly string[]) {
    super(
      `No actor takes ${topic === undefined ? 'a message without a topic' : `topic "${shorten(topic, 100)}"`} ` +
        `on channel "${channel}". Known topics: ${listed(knownTopics)}.`,
    );
  }
}

const MOST_LISTED = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  return `${names.slice(0, MOST_LISTED).join(', ')}${more}`;
}

/** A message was older than its `ttl` when a worker received it. */
export class MessageExpiredError extends RepidError {
  readonly code = 'REPID_MESSAGE_EXPIRED';

  constructor(ttl: number, age: number) {
    super(`The message is ${age} ms old, and its "ttl" is ${ttl} ms. Add workers, or increase "ttl".`);
  }
}

/** A message was delivered `maxDeliveries` times and lost its worker each time. */
export class TooManyDeliveriesError extends RepidError {
  readonly code = 'REPID_TOO_MANY_DELIVERIES';

  constructor(deliveries: number) {
    super(
      `Delivered ${deliveries} times and never settled: its workers died, hung or lost their connection. ` +
        'Look for crashes (out of memory?) around the times of delivery.',
    );
  }
}

/** `retry()` was called on a message that has no retries left. */
export class NoRetriesLeftError extends RepidError {
  readonly code = 'REPID_NO_RETRIES_LEFT';

  constructor(maxAmount: number) {
    super(`All ${maxAmount} retries are used up. Give the job more "retries", or call forceRetry().`);
  }
}

/** A `manual-explicit` actor returned something other than an action. */
export class InvalidConfirmationError extends RepidError {
  readonly code = 'REPID_INVALID_CONFIRMATION';

  constructor(actor: string, returned: unknown) {
    super(
      `Actor "${actor}" has confirmation "manual-explicit" and returned ${shownReturn(returned)}. ` +
        "Return 'ack', 'nack', 'reject' or 'no-action'.",
    );
  }
}

/** Shows a wrong word, but not an object: it may be a result, which must not appear in errors. */
function shownReturn(returned: unknown): string {
  return typeof returned === 'object' && returned !== null ? 'an object' : show(returned, 50);
}

/** Two actors take the same topic of the same channel. */
export class DuplicateActorError extends RepidError {
  readonly code = 'REPID_DUPLICATE_ACTOR';

  constructor(topic: string, channel: string, first: string, second: string) {
    super(
      `"${first}" and "${second}" both take topic "${topic}" on channel "${channel}". ` +
        'Give one of them another "name" or "channel".',
    );
  }
}

/** An actor's declaration cannot work. Found at bootstrap. */
export class ActorDefinitionError extends RepidError {
  readonly code = 'REPID_ACTOR_DEFINITION';
}
