import { isResultBody } from '../bucket/index.js';
import { DuplicateJobError, type TakenBy } from '../errors/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { type JobIndex, placeOf } from './job-index.js';
import type { TransactionalBuckets } from './transactional-buckets.js';

/** An id that is taken, and by what. */
interface TakenId {
  readonly id: string;
  readonly takenBy: TakenBy;
}

/** The ids that the messages of one call have taken so far. */
class IdsOfCall {
  readonly ids = new Set<string>();
  readonly args = new Set<string>();

  note({ id, resultId, buckets }: OutgoingMessage): void {
    if (id !== undefined) this.ids.add(id);
    if (resultId !== undefined) this.ids.add(resultId);
    if (buckets) for (const bucket of buckets) this.args.add(bucket.id);
  }
}

/** Checks that ids are free, so that no two jobs or buckets share one. */
export class IdsCheck {
  constructor(
    private readonly jobs: JobIndex,
    private readonly buckets: TransactionalBuckets,
    /** True for a bucket that a released job has yet to read. */
    private readonly hasReaders: (bucketId: string) => boolean,
  ) {}

  /** @throws DuplicateJobError for an id that is taken or given twice */
  requireFree(messages: readonly OutgoingMessage[]): void {
    const call = new IdsOfCall();
    for (const message of messages) {
      const taken = this.#find(message, call);
      if (taken) throw new DuplicateJobError(taken.id, message.channel, taken.takenBy);
      call.note(message);
    }
  }

  /** The messages whose ids are free. */
  onlyFree(messages: readonly OutgoingMessage[]): OutgoingMessage[] {
    const call = new IdsOfCall();
    return messages.filter((message) => {
      const isFree = this.#find(message, call) === undefined;
      if (isFree) call.note(message);
      return isFree;
    });
  }

  #find(message: OutgoingMessage, call: IdsOfCall): TakenId | undefined {
    const { id, resultId } = message;
    return (
      (id !== undefined && this.#named(id, call)) ||
      (resultId !== undefined && this.#named(resultId, call)) ||
      this.#unclearable(message) ||
      this.#argumentsInTheWay(message, call)
    );
  }

  #named(id: string, call: IdsOfCall): TakenId | undefined {
    return call.ids.has(id) || call.args.has(id) ? { id, takenBy: 'same-call' } : this.#job(id);
  }

  #job(id: string): TakenId | undefined {
    const entry = this.jobs.find(id);
    const takenBy = entry && placeOf(entry);
    return takenBy && { id, takenBy };
  }

  /** Finds a result that a released job has yet to read, or arguments in the bucket of a result. */
  #unclearable({ clears = [] }: OutgoingMessage): TakenId | undefined {
    for (const bucket of clears) {
      if (this.hasReaders(bucket.id)) return { id: bucket.id, takenBy: 'result-in-use' };
      const body = this.buckets.bodyOf(bucket);
      if (body !== undefined && !isResultBody(body)) return { id: bucket.id, takenBy: 'arguments' };
    }
    return undefined;
  }

  /** Finds arguments that would be stored in the bucket of a result. */
  #argumentsInTheWay({ id: jobId, resultId, buckets = [] }: OutgoingMessage, call: IdsOfCall): TakenId | undefined {
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
