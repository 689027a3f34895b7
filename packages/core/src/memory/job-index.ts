import type { JobPlace } from '../broker/index.js';
import type { Entry } from './entry.js';

/** The jobs that a broker holds, by their ids and by the buckets that their results go to: both name one job. */
export class JobIndex {
  readonly #jobs = new Map<string, Entry>();

  /** The job with this id, or whose result goes to the bucket of this id. */
  find(id: string): Entry | undefined {
    return this.#jobs.get(id);
  }

  /** Both of its names must be free. A bare message has none. */
  add(entry: Entry): void {
    for (const name of namesOf(entry)) this.#jobs.set(name, entry);
  }

  remove(entry: Entry): void {
    for (const name of namesOf(entry)) this.#jobs.delete(name);
  }
}

/** The ids that a message takes: its own, and that of the bucket that its result goes to. */
export function namesOf({ jobId, resultId }: Pick<Entry, 'jobId' | 'resultId'>): string[] {
  return [jobId, resultId].filter((name) => name !== undefined);
}

/** Where the job is; undefined where it is not held, or is a bare message. */
export function placeOf({ jobId, message, place }: Entry): JobPlace | undefined {
  if (jobId === undefined || place.name === 'nowhere') return undefined;
  return { channel: message.channel, jobId, location: place.name };
}
