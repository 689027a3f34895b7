import {
  type DeliveredBucket,
  MalformedMessageError,
  type Message,
  type Settlement,
  ownArgsBucketOf,
  resultBucketOf,
} from '@repid/core';
import { decodeEntry, decodeLeniently } from '../codec/entry.js';
import { LIMITS } from '../options/defaults.js';
import type { TakenEntry } from './fetcher.js';
import type { InFlight } from './in-flight.js';
import { type DeliveryOwner, RedisDelivery } from './redis-delivery.js';
import type { Settler } from './settler.js';

/** Makes deliveries of the entries that a consumer has taken. Entries that are no messages become dead letters. */
export class DeliveryDecoder implements DeliveryOwner {
  constructor(
    private readonly consumer: string,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
    private readonly report: (problem: unknown) => void,
  ) {}

  decode(taken: readonly TakenEntry[]): RedisDelivery[] {
    const deliveries: RedisDelivery[] = [];
    for (const one of taken) {
      try {
        const { message, jobId, input } = decodeEntry(one.stream.channel, one.entry);
        deliveries.push(this.deliveryOf(one, message, jobId, input));
      } catch (problem) {
        if (!(problem instanceof MalformedMessageError)) throw problem;
        this.deadLetter(one, problem);
      }
    }
    return deliveries;
  }

  settle(delivery: RedisDelivery, settlement: Settlement): Promise<void> {
    return this.settler.settle(delivery, settlement);
  }

  forget(delivery: RedisDelivery): void {
    this.inFlight.delete(delivery);
  }

  private deadLetter(taken: TakenEntry, problem: MalformedMessageError): void {
    const message = decodeLeniently(taken.stream.channel, taken.entry[1] ?? []);
    this.report(problem);
    const delivery = this.deliveryOf(taken, message);
    this.settler
      .deadLetter(delivery, problem)
      .catch(this.report)
      .finally(() => delivery.forget());
  }

  private deliveryOf(
    { stream, entry, deliveries }: TakenEntry,
    message: Message,
    jobId?: string,
    input?: DeliveredBucket,
  ): RedisDelivery {
    const { suspectMark, exhaustedMarks } = LIMITS; // Takeover adds marks to the delivery count.
    const { headers } = message;
    // Written out: V8 takes tens of times as long for an object that is spread and then added to.
    const lease = {
      entry: entry[0].toString('latin1'),
      consumer: this.consumer,
      jobId,
      resultId: jobId === undefined ? undefined : otherResultOf(headers, jobId),
      ownArgs: jobId === undefined ? undefined : ownArgsBucketOf(headers),
      input,
    };
    const count = deliveries % suspectMark;
    const isExhausted = deliveries >= exhaustedMarks * suspectMark;
    const delivery = new RedisDelivery(message, stream.priority, count, isExhausted, lease, this);
    this.inFlight.add(delivery);
    return delivery;
  }
}

/** The bucket that the job's result goes to, if that is another than the job's id. */
function otherResultOf(headers: Message['headers'], jobId: string): string | undefined {
  const resultId = resultBucketOf(headers);
  return resultId === jobId ? undefined : resultId;
}
