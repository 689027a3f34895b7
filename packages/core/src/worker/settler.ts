import { requireCapability, type Settlement } from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import { monotonic } from '../clock/index.js';
import { DEFAULTS } from '../defaults.js';
import { BrokerUnavailableError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { endTimeout } from '../errors/timeouts.js';
import { HEADER, type Message, type MessageParameters, type OutgoingMessage } from '../message/index.js';
import type { Producer } from '../producer/producer.js';
import type { Closing, RunResult } from './closing.js';
import { errorReply } from './error-reply.js';
import type { Hand } from './hand.js';
import { within } from './limit.js';
import { nextRun, outcomeOf, resultBucket } from './settlement.js';

/** How long to rest between tries to reach a broker that is away, in milliseconds. */
const REST = 200;

/** What a closing takes with it. */
export interface Luggage {
  /** What is to be stored; absent where nothing is. */
  readonly result?: RunResult;
  readonly followers: readonly OutgoingMessage[];
  readonly startedAt: number;
}

/** Puts the end of a delivery into one settlement and commits it. */
export class Settler {
  constructor(private readonly producer: Producer) {}

  /** Prepares and commits. */
  async settle(hand: Hand, parameters: MessageParameters, closing: Closing, luggage: Luggage): Promise<void> {
    await this.commit(hand, await this.prepare(hand, parameters, closing, luggage));
  }

  /**
   * Everything that the closing causes; nothing is committed yet.
   *
   * @throws SerializationError, PayloadTooLargeError, UnsupportedError, what a producer middleware throws, and TimeoutError
   *   where that takes longer than a run may
   */
  prepare(
    { delivery }: Hand,
    parameters: MessageParameters,
    closing: Closing,
    luggage: Luggage,
  ): Settlement | Promise<Settlement> {
    const closed = { delivery, parameters, now: this.producer.connection.now() };
    const outcome = outcomeOf(closing, closed);
    if (outcome.type === 'retry' && outcome.delay > 0) {
      requireCapability(this.producer.connection.broker, 'delay', 'A retry with a delay');
    }
    const next = nextRun(closing, closed);
    const reply = this.errorReply(delivery, closing, luggage);
    const { headers } = delivery.message;
    const bucket = luggage.result && this.bucketFor(luggage.result, parameters, luggage.startedAt, headers);
    const releases = outcome.type === 'ack' || outcome.type === 'nack' ? parameters.dependsOn : undefined;
    const publishing = (followers: readonly OutgoingMessage[]): Settlement => {
      return { outcome, bucket, releases, publish: inOrder(next, followers, reply) };
    };
    const pending = this.producer.prepare(luggage.followers);
    return pending instanceof Promise ? this.inTime(pending, closed).then(publishing) : publishing(pending);
  }

  /** Commits it; while the broker is away, again and again until ownership runs out. @throws LostOwnershipError, BrokerUnavailableError */
  async commit(hand: Hand, settlement: Settlement): Promise<void> {
    const { ownedUntil } = hand; // As it stands: extensions may get through where settlements do not.
    hand.isSettling = true;
    try {
      while (!hand.isSettled) {
        try {
          await hand.delivery.settle(this.isApart(settlement) ? await this.storeApart(settlement) : settlement);
          hand.isSettled = true;
        } catch (error) {
          await this.restAfter(error, ownedUntil);
        }
      }
    } finally {
      hand.isSettling = false;
    }
    const removal = settlement.outcome.type === 'ack' && this.removeArgsApart(hand.delivery.message, settlement);
    if (removal) await removal;
  }

  /** Stores a result by itself: that of a message which was acknowledged before its actor was run. */
  async storeResult(
    { delivery }: Hand,
    parameters: MessageParameters,
    result: RunResult,
    startedAt: number,
  ): Promise<void> {
    const bucket = this.bucketFor(result, parameters, startedAt, delivery.message.headers);
    if (bucket) await this.producer.connection.storeApart([bucket]);
  }

  /** Tells who awaits a reply that the actor of a message has failed which was settled before. */
  async replyError({ delivery }: Hand, error: unknown): Promise<void> {
    const reply = errorReply(delivery.message, error);
    if (reply) await this.producer.connection.broker.publish([reply]);
  }

  /** Without the middlewares of the producer: what they do must not keep a failed message from being settled. */
  private errorReply(
    { message }: Hand['delivery'],
    { action }: Closing,
    { result }: Luggage,
  ): OutgoingMessage | undefined {
    if (message.replyTo === undefined || result === undefined || !('error' in result)) return undefined;
    return action === 'acked' || action === 'nacked' ? errorReply(message, result.error) : undefined;
  }

  private inTime<T>(
    pending: Promise<T>,
    { delivery, parameters }: { delivery: Hand['delivery']; parameters: MessageParameters },
  ): Promise<T> {
    const limit = parameters.timeout ?? DEFAULTS.actorTimeout;
    const topic = delivery.message.headers[HEADER.topic] ?? '(no topic)';
    return within(this.producer.connection.broker.clock, limit, pending, () =>
      endTimeout(topic, 'Preparing the followers', limit),
    );
  }

  /** @throws SerializationError */
  private bucketFor(
    result: RunResult,
    { result: place, nonce }: MessageParameters,
    startedAt: number,
    headers: Readonly<Record<string, string>>,
  ): BucketWrite | undefined {
    const { connection } = this.producer;
    if (place === undefined || connection.buckets.resultsBroker === undefined) return undefined;
    const bucket = resultBucket(result, place.ttl, startedAt, connection.now(), headers[HEADER.topic]);
    return connection.buckets.writeResult(place.id, bucket, nonce);
  }

  /** Throws it again where another try would not help, or comes too late. */
  private async restAfter(error: unknown, ownedUntil: number): Promise<void> {
    const { clock } = this.producer.connection.broker;
    if (!isA(error, BrokerUnavailableError) || monotonic(clock) >= ownedUntil) throw error;
    await new Promise<void>((resolve) => clock.schedule(resolve, REST));
  }

  /** A recurring job's next run needs them again. */
  private removeArgsApart({ headers }: Message, { publish = [] }: Settlement): Promise<void> | undefined {
    const { connection } = this.producer;
    const { argsBroker } = connection.buckets;
    if (argsBroker === undefined || connection.isJoined(argsBroker)) return undefined;
    const goesOn = publish.some(({ id }) => id !== undefined && id === headers[HEADER.id]);
    return goesOn ? undefined : connection.removeArgsApart(headers);
  }

  /** True where results lie in another place than messages. */
  private isApart({ bucket }: Settlement): boolean {
    return bucket !== undefined && !this.producer.connection.isJoined(bucket.into);
  }

  /** Stored first, so that a crash in between repeats the run and loses nothing. */
  private async storeApart({ bucket, ...rest }: Settlement): Promise<Settlement> {
    if (bucket) await this.producer.connection.storeApart([bucket]);
    return rest;
  }
}

/** The next run first: a follower with its id is left out, and not the schedule. */
function inOrder(
  next: OutgoingMessage | undefined,
  followers: readonly OutgoingMessage[],
  reply: OutgoingMessage | undefined,
): readonly OutgoingMessage[] {
  if (next === undefined && reply === undefined) return followers;
  return [next, ...followers, reply].filter((message) => message !== undefined);
}
