import { requireCapability, type Settlement } from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import { monotonic } from '../clock/index.js';
import { DEFAULTS } from '../defaults.js';
import { BrokerUnavailableError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { endTimeout } from '../errors/timeouts.js';
import { reportPublished } from '../events/index.js';
import { HEADER, type Message, type OutgoingMessage } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import type { ActorResult, SettlingDisposition } from './disposition.js';
import { errorReply } from './error-reply.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { nextRun, outcomeOf, resultBucket } from './settlement.js';
import { withTimeout } from './with-timeout.js';

/** The pause between two attempts to reach an unavailable broker, in milliseconds. */
const RETRY_INTERVAL = 200;

/** What a settlement commits besides the outcome of the message. */
export interface SettlementEffects {
  /** The result to store; absent if none is stored. */
  readonly result?: ActorResult;
  readonly followers: readonly OutgoingMessage[];
  readonly startedAt: number;
}

/** Builds the settlement of a delivery and commits it. */
export class SettlementWriter {
  constructor(private readonly producer: Producer) {}

  /** Builds the settlement and commits it. */
  async settle(
    inFlight: InFlightDelivery,
    disposition: SettlingDisposition,
    effects: SettlementEffects,
  ): Promise<void> {
    await this.commit(inFlight, await this.prepare(inFlight, disposition, effects));
  }

  /**
   * Builds the settlement. Nothing is committed yet.
   *
   * @throws SerializationError, PayloadTooLargeError, UnsupportedError, the error of a producer middleware, and TimeoutError
   *   if the middlewares take longer than the run may
   */
  prepare(
    inFlight: InFlightDelivery,
    disposition: SettlingDisposition,
    effects: SettlementEffects,
  ): Settlement | Promise<Settlement> {
    const { delivery, parameters } = inFlight;
    const settled = { delivery, parameters, now: this.producer.connection.now() };
    const outcome = outcomeOf(disposition, settled);
    if (outcome.type === 'retry' && outcome.delay > 0) {
      requireCapability(this.producer.connection.broker, 'delay', 'A retry with a delay');
    }
    const next = nextRun(disposition, settled);
    const reply = this.errorReply(delivery.message, disposition, effects);
    const bucket = effects.result && this.bucketFor(inFlight, effects.result, effects.startedAt);
    const releases = outcome.type === 'ack' || outcome.type === 'nack' ? parameters.dependsOn : undefined;
    const settlementOf = (followers: readonly OutgoingMessage[]): Settlement => {
      return { outcome, bucket, releases, publish: inOrder(next, followers, reply) };
    };
    const pending = this.producer.prepare(effects.followers);
    return pending instanceof Promise ? this.inTime(pending, inFlight).then(settlementOf) : settlementOf(pending);
  }

  /**
   * Commits the settlement. While the broker is unavailable, it tries again until the ownership expires.
   *
   * @throws LostOwnershipError, BrokerUnavailableError
   */
  async commit(inFlight: InFlightDelivery, settlement: Settlement): Promise<void> {
    const { ownedUntil } = inFlight; // Not re-read: extensions may succeed while settlements fail.
    inFlight.isSettling = true;
    try {
      while (!inFlight.isSettled) {
        try {
          const toCommit = this.hasSeparateBucket(settlement) ? await this.storeBucket(settlement) : settlement;
          await inFlight.delivery.settle(toCommit);
          inFlight.isSettled = true;
        } catch (error) {
          await this.pauseAfter(error, ownedUntil);
        }
      }
    } finally {
      inFlight.isSettling = false;
    }
    if (settlement.publish) reportPublished(this.producer.connection.onJobEvent, settlement.publish);
    const removal = settlement.outcome.type === 'ack' && this.removeSeparateArgs(inFlight.delivery.message, settlement);
    if (removal) await removal;
  }

  /** Stores the result of a message that was acknowledged before its actor ran. */
  async storeResult(inFlight: InFlightDelivery, result: ActorResult, startedAt: number): Promise<void> {
    const bucket = this.bucketFor(inFlight, result, startedAt);
    if (bucket) await this.producer.connection.storeSeparately([bucket]);
  }

  /** Sends the error to the requester of a message that was settled before its actor failed. */
  async replyError({ delivery }: InFlightDelivery, error: unknown): Promise<void> {
    const reply = errorReply(delivery.message, error);
    if (reply) await this.producer.connection.broker.publish([reply]);
  }

  /** Bypasses the producer middlewares, so that none of them can prevent the settlement of a failed message. */
  private errorReply(
    message: Message,
    disposition: SettlingDisposition,
    { result }: SettlementEffects,
  ): OutgoingMessage | undefined {
    if (message.replyTo === undefined || result === undefined || !('error' in result)) return undefined;
    const { action } = disposition;
    return action === 'ack' || action === 'nack' ? errorReply(message, result.error) : undefined;
  }

  private inTime<T>(pending: Promise<T>, { delivery, parameters }: InFlightDelivery): Promise<T> {
    const limit = parameters.timeout ?? DEFAULTS.actorTimeout;
    const topic = delivery.message.headers[HEADER.topic] ?? '(no topic)';
    return withTimeout(this.producer.connection.broker.clock, limit, pending, () =>
      endTimeout(topic, 'Preparing the followers', limit),
    );
  }

  /** @throws SerializationError */
  private bucketFor(
    { delivery, parameters: { result: target, nonce } }: InFlightDelivery,
    result: ActorResult,
    startedAt: number,
  ): BucketWrite | undefined {
    const { connection } = this.producer;
    if (target === undefined || connection.buckets.resultsBroker === undefined) return undefined;
    const { headers } = delivery.message;
    const bucket = resultBucket(result, target.ttl, startedAt, connection.now(), headers[HEADER.topic]);
    return connection.buckets.writeResult(target.id, bucket, nonce);
  }

  /** Waits before the next attempt. Throws the error again if an attempt cannot help, or the ownership has expired. */
  private async pauseAfter(error: unknown, ownedUntil: number): Promise<void> {
    const { clock } = this.producer.connection.broker;
    if (!isA(error, BrokerUnavailableError) || monotonic(clock) >= ownedUntil) throw error;
    await new Promise<void>((resolve) => clock.schedule(resolve, RETRY_INTERVAL));
  }

  /** Removes arguments from a separate store, unless the job's next run needs them. */
  private removeSeparateArgs({ headers }: Message, { publish = [] }: Settlement): Promise<void> | undefined {
    const { connection } = this.producer;
    const { argsBroker } = connection.buckets;
    if (argsBroker === undefined || connection.isTransactional(argsBroker)) return undefined;
    const runsAgain = publish.some(({ id }) => id !== undefined && id === headers[HEADER.id]);
    return runsAgain ? undefined : connection.removeSeparateArgs(headers);
  }

  /** True if the result goes to a separate store, which the settlement cannot commit to. */
  private hasSeparateBucket({ bucket }: Settlement): boolean {
    return bucket !== undefined && !this.producer.connection.isTransactional(bucket.into);
  }

  /** Stores the result before the settlement: a crash in between repeats the run and loses nothing. */
  private async storeBucket({ bucket, ...rest }: Settlement): Promise<Settlement> {
    if (bucket) await this.producer.connection.storeSeparately([bucket]);
    return rest;
  }
}

/** The next run comes first. A follower with the same id is left out instead of the next run. */
function inOrder(
  next: OutgoingMessage | undefined,
  followers: readonly OutgoingMessage[],
  reply: OutgoingMessage | undefined,
): readonly OutgoingMessage[] {
  if (next === undefined && reply === undefined) return followers;
  return [next, ...followers, reply].filter((message) => message !== undefined);
}
