import { isResultBody } from '../bucket/index.js';
import { DuplicateJobError, type TakenBy } from '../errors/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { type JobIndex, placeOf } from './job-index.js';
import type { JoinedBuckets } from './joined-buckets.js';

/** An id that a message can't have, and what has it. */
interface Taken {
  readonly id: string;
  readonly takenBy: TakenBy;
}

/** What the messages of one call have taken so far. */
class Call {
  readonly ids = new Set<string>();
  readonly args = new Set<string>();

  note({ id, resultId, buckets }: OutgoingMessage): void {
    if (id !== undefined) this.ids.add(id);
    if (resultId !== undefined) this.ids.add(resultId);
    if (buckets) for (const bucket of buckets) this.args.add(bucket.id);
  }
}

/** Looks whether ids are free: two different things never share one. */
export class IdsCheck {
  constructor(
    private readonly jobs: JobIndex,
    private readonly buckets: JoinedBuckets,
    /** True where a bucket has yet to be read by who waited for it. */
    private readonly hasReaders: (bucketId: string) => boolean,
  ) {}

  /** @throws DuplicateJobError where one of the ids is taken, or stands twice */
  requireFree(messages: readonly OutgoingMessage[]): void {
    const call = new Call();
    for (const message of messages) {
      const taken = this.#find(message, call);
      if (taken) throw new DuplicateJobError(taken.id, message.channel, taken.takenBy);
      call.note(message);
    }
  }

  /** Those whose ids are free. */
  onlyFree(messages: readonly OutgoingMessage[]): OutgoingMessage[] {
    const call = new Call();
    return messages.filter((message) => {
      const isFree = this.#find(message, call) === undefined;
      if (isFree) call.note(message);
      return isFree;
    });
  }

  #find(message: OutgoingMessage, call: Call): Taken | undefined {
    const { id, resultId } = message;
    return (
      (id !== undefined && this.#named(id, call)) ||
      (resultId !== undefined && this.#named(resultId, call)) ||
      this.#unclearable(message) ||
      this.#argumentsInTheWay(message, call)
    );
  }

  #named(id: string, call: Call): Taken | undefined {
    return call.ids.has(id) || call.args.has(id) ? { id, takenBy: 'same-call' } : this.#job(id);
  }

  #job(id: string): Taken | undefined {
    const entry = this.jobs.find(id);
    const takenBy = entry && placeOf(entry);
    return takenBy && { id, takenBy };
  }

  /** A result that has yet to be read, or arguments that lie where a result is to be. */
  #unclearable({ clears = [] }: OutgoingMessage): Taken | undefined {
    for (const bucket of clears) {
      if (this.hasReaders(bucket.id)) return { id: bucket.id, takenBy: 'result-in-use' };
      const body = this.buckets.bodyOf(bucket);
      if (body !== undefined && !isResultBody(body)) return { id: bucket.id, takenBy: 'arguments' };
    }
    return undefined;
  }

  /** Arguments that would lie where a result is, or is to be. */
  #argumentsInTheWay({ id: jobId, resultId, buckets = [] }: OutgoingMessage, call: Call): Taken | undefined {
    for (const bucket of buckets) {
      const { id } = bucket;
      if (id === jobId || id === resultId || call.ids.has(id)) return { id, takenBy: 'same-call' };
      const taken = this.#job(id);
      if (taken) return taken;
      if (isResultBody(this.buckets.bodyOf(bucket) ?? '')) return { id, takenBy: 'result' };
    }
    return undefined;
  }
}
