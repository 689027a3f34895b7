import {
  type DeliveredBucket,
  MalformedMessageError,
  type Message,
  ownArgsBucketOf,
  resultBucketOf,
} from '@repid/core';
import { decodeEntry, decodeLeniently } from '../codec/entry.js';
import { LIMITS } from '../options/defaults.js';
import type { InFlight } from './in-flight.js';
import type { TakenEntry } from './intake.js';
import { RedisDelivery } from './redis-delivery.js';
import type { Settler } from './settler.js';

/** Makes deliveries of what a consumer has taken; what is no message goes to the dead letters. */
export class Receipts {
  constructor(
    private readonly consumer: string,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
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
    const delivery = this.inHand(taken, message);
    this.settler
      .bury(delivery, problem)
      .catch(this.report)
      .finally(() => delivery.forget());
  }

  private inHand(
    { stream, entry, deliveries }: TakenEntry,
    message: RedisDelivery['message'],
    jobId?: string,
    input?: DeliveredBucket,
  ): RedisDelivery {
    const { count, isAlone, isExhausted } = readDeliveries(deliveries);
    const hold = {
      entry: entry[0].toString('latin1'),
      consumer: this.consumer,
      jobId,
      ...ofJob(message, jobId),
      input,
      isAlone,
    };
    return new RedisDelivery(message, stream.priority, count, isExhausted, hold, this.settler, this.inFlight);
  }
}

/** What the number of an entry's deliveries says, as its group has it: the scripts add marks to it. */
export function readDeliveries(deliveries: number): {
  readonly count: number;
  readonly isAlone: boolean;
  readonly isExhausted: boolean;
} {
  const { aloneMark } = LIMITS;
  return {
    count: deliveries % aloneMark,
    isAlone: deliveries >= aloneMark,
    isExhausted: deliveries >= 2 * aloneMark,
  };
}

const NOTHING = {};

/** What belongs to the job beside its message: most have their result by their own id, and no arguments bucket. */
function ofJob({ headers }: Message, jobId: string | undefined): { resultId?: string; ownArgs?: string } {
  if (jobId === undefined) return NOTHING;
  const resultId = resultBucketOf(headers);
  return { resultId: resultId === jobId ? undefined : resultId, ownArgs: ownArgsBucketOf(headers) };
}
