import type { Place } from '../subject.js';

/** The queue of all measures. */
export const QUEUE = 'notes';

/** As BullMQ wants it for workers: commands wait for Redis to come back. */
export function connectionTo({ url }: Place) {
  return { url, maxRetriesPerRequest: null };
}
