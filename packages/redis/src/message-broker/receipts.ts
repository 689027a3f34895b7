import {
  type DeliveredBucket,
  MalformedMessageError,
  type Message,
  ownArgsBucketOf,
  resultBucketOf,
} from '@repid/core';
import { decodeEntry, decodeLeniently } from '../codec/entry.js';
import type { TakenEntry } from './intake.js';
import { RedisDelivery } from './redis-delivery.js';
import type { Settler } from './settler.js';

/** Makes deliveries of what a consumer has taken; what is no message goes to the dead letters. */
export class Receipts {
  constructor(
    private readonly consumer: string,
    private readonly maxDeliveries: number,
    private readonly settler: Settler,
    private readonly report: (problem: unknown) => void,
  ) {}

  deliver(taken: readonly TakenEntry[]): RedisDelivery[] {
    const deliveries: RedisDelivery[] = [];
    for (const one of taken) {
      try {
        deliveries.push(this.deliveryOf(one));
      } catch (problem) {
        if (!(problem instanceof MalformedMessageError)) throw problem;
        this.bury(one, problem);
      }
    }
    return deliveries;
  }

  private deliveryOf(taken: TakenEntry): RedisDelivery {
    const { message, jobId, input } = decodeEntry(taken.stream.channel, taken.entry);
    return this.inHand(taken, message, jobId, input);
  }

  private bury(taken: TakenEntry, problem: MalformedMessageError): void {
    const message = decodeLeniently(taken.stream.channel, taken.entry[1] ?? []);
    this.report(problem);
    this.settler.bury(this.inHand(taken, message), problem).catch(this.report);
  }

  private inHand(
    { stream, entry, deliveryCount }: TakenEntry,
    message: RedisDelivery['message'],
    jobId?: string,
    input?: DeliveredBucket,
  ): RedisDelivery {
    const hold = {
      entry: entry[0].toString('latin1'),
      consumer: this.consumer,
      jobId,
      ...ofJob(message, jobId),
      input,
    };
    const isExhausted = deliveryCount > this.maxDeliveries;
    return new RedisDelivery(message, stream.priority, deliveryCount, isExhausted, hold, this.settler);
  }
}

const NOTHING = {};

/** What belongs to the job beside its message: most have their result by their own id, and no arguments bucket. */
function ofJob({ headers }: Message, jobId: string | undefined): { resultId?: string; ownArgs?: string } {
  if (jobId === undefined) return NOTHING;
  const resultId = resultBucketOf(headers);
  return { resultId: resultId === jobId ? undefined : resultId, ownArgs: ownArgsBucketOf(headers) };
}
