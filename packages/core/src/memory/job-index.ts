import type { JobPlace } from '../broker/index.js';
import type { Entry } from './entry.js';

/** The jobs that a broker holds, by id and by the bucket of their result. Either name identifies one job. */
export class JobIndex {
  readonly #jobs = new Map<string, Entry>();

  /** The job with this id, or with this result bucket. */
  find(id: string): Entry | undefined {
    return this.#jobs.get(id);
  }

  /** Both names must be free. A bare message has none. */
  add(entry: Entry): void {
    for (const name of namesOf(entry)) this.#jobs.set(name, entry);
  }

  remove(entry: Entry): void {
    for (const name of namesOf(entry)) this.#jobs.delete(name);
  }
}

/** The ids that a message takes: its own and that of its result bucket. */
export function namesOf({ jobId, resultId }: Pick<Entry, 'jobId' | 'resultId'>): string[] {
  return [jobId, resultId].filter((name) => name !== undefined);
}

/** Returns the channel and state of the job; undefined for a job that is not held, and for a bare message. */
export function placeOf({ jobId, message, location }: Entry): JobPlace | undefined {
  if (jobId === undefined || location.type === 'none') return undefined;
  return { channel: message.channel, jobId, location: location.type };
}
