import { boundedIssues, describeIssues, type PayloadIssue } from './payload-issues.js';
import { RepidError } from './repid-error.js';
import { show, shorten } from './show.js';

/** An option is unknown, missing, of the wrong type or out of range. Thrown where the option is given. */
export class InvalidOptionError extends RepidError {
  readonly code = 'REPID_INVALID_OPTION';
}

/** What has the id that a job was to get. */
export type TakenBy =
  /** A job that the broker holds; its `jobId` differs from the id where its result goes to the bucket of that id. */
  | { readonly channel: string; readonly jobId: string; readonly location: string }
  /** A bucket: the result of an ended job that another has yet to read, or one of another kind. */
  | 'result-in-use'
  | 'arguments'
  | 'result'
  /** Another job of the same call. */
  | 'same-call';

/** An id names one job in a connection, whatever its channel, and this one is taken: by a job that is there, or by a bucket. */
export class DuplicateJobError extends RepidError {
  readonly code = 'REPID_DUPLICATE_JOB';

  constructor(
    /** The id that is taken. */
    readonly jobId: string,
    /** The channel that the refused job was for. */
    readonly channel: string,
    /** What has it; undefined where the broker does not say. */
    readonly takenBy?: TakenBy,
  ) {
    super(`The id "${jobId}" of a job for channel "${channel}" is taken: ${describeTaken(jobId, takenBy)}`);
  }
}

function describeTaken(id: string, takenBy: TakenBy | undefined): string {
  switch (takenBy) {
    case undefined:
      return 'a job with it is there. Wait until it has ended, cancel it, or choose another id.';
    case 'result-in-use':
      return 'the result of an ended job has yet to be read by a job that waited for it. Wait for that, or choose another id.';
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

/** A bucket was asked for that is not there: never stored, deleted, or past its time to live. */
export class BucketNotFoundError extends RepidError {
  readonly code = 'REPID_BUCKET_NOT_FOUND';

  constructor(readonly bucketId: string) {
    super(
      `Bucket "${bucketId}" is not there: it was never stored, was deleted, or its time to live has passed. ` +
        'Check its id, or give it a longer TTL.',
    );
  }
}

/** A payload does not have the shape that its actor declares. Not retried: it will say the same next time. */
export class PayloadValidationError extends RepidError {
  readonly code = 'REPID_PAYLOAD_VALIDATION';
  /** The first 20 at most. */
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

/** The jobs given cannot wait for each other as asked. */
export class DependencyError extends RepidError {
  readonly code = 'REPID_DEPENDENCY';
}

/** What is known of a request that failed. */
export interface UnavailableOptions extends ErrorOptions {
  /** False where it is known that nothing was done. @default true */
  readonly mayBeDone?: boolean;
}

/** The broker could not be reached in time, or refuses everything of the kind for now. What was asked for may be tried again. */
export class BrokerUnavailableError extends RepidError {
  readonly code = 'REPID_BROKER_UNAVAILABLE';
  /** False where nothing was done; true where the request may have been carried out, since no answer to it came. */
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

/** The broker was reached and said no: the same request would be refused again. Nothing was committed. */
export class BrokerRefusedError extends RepidError {
  readonly code = 'REPID_BROKER_REFUSED';
}

/** A feature was asked for that a broker in use does not have. */
export class UnsupportedError extends RepidError {
  readonly code = 'REPID_UNSUPPORTED';
}

/** Something took longer than its limit. */
export class TimeoutError extends RepidError {
  readonly code = 'REPID_TIMEOUT';
}

/** The work was called off: the job was cancelled, or its worker shuts down. */
export class CancelledError extends RepidError {
  readonly code = 'REPID_CANCELLED';
}

/** Throw it from an actor: try again, after this delay, while the job has retries left. */
export class RetryLater extends RepidError {
  readonly code = 'REPID_RETRY_LATER';

  constructor(
    /** How long to wait: milliseconds, or text such as `'5s'`. Default: what the retry policy says. */
    readonly delay?: number | string,
    message = 'The actor asked to be run again later.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throw it from an actor: the job has failed for good, however many retries are left. */
export class Unrecoverable extends RepidError {
  readonly code = 'REPID_UNRECOVERABLE';
}

/** A delivery was settled or extended after another worker had taken it over, or its job was cancelled. Nothing was committed. */
export class LostOwnershipError extends RepidError {
  readonly code = 'REPID_LOST_OWNERSHIP';

  constructor(deliveryId: string, channel: string) {
    super(
      `Delivery "${deliveryId}" on channel "${channel}" belongs to another worker now, or its job was cancelled; nothing was committed. ` +
        'If workers lose messages often, raise the broker\'s "ownershipTime".',
    );
  }
}

/** An entry in a channel that is not a message: cut, not JSON where JSON is due, headers of the wrong shape. */
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

/** A message was older than its `ttl` when a worker came to it. */
export class MessageExpiredError extends RepidError {
  readonly code = 'REPID_MESSAGE_EXPIRED';

  constructor(ttl: number, age: number) {
    super(`The message is ${age} ms old and was to live ${ttl} ms. Add workers, or give it a longer "ttl".`);
  }
}

/** A message was delivered `maxDeliveries` times and its worker died each time. */
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

/** A `manual-explicit` actor returned something else than an action. */
export class InvalidConfirmationError extends RepidError {
  readonly code = 'REPID_INVALID_CONFIRMATION';

  constructor(actor: string, returned: unknown) {
    super(
      `Actor "${actor}" has confirmation "manual-explicit" and returned ${shownReturn(returned)}. ` +
        "Return 'ack', 'nack', 'reject' or 'no-action'.",
    );
  }
}

/** A word that is none is shown; an object may be a result, which no error is to hold. */
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

/** An actor is declared in a way that cannot work. Found at bootstrap. */
export class ActorDefinitionError extends RepidError {
  readonly code = 'REPID_ACTOR_DEFINITION';
}
