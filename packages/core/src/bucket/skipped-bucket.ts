import { stringify } from '../serializer/json-serializer.js';

/** The body of the result of a job that was skipped, as the codec would write it. For brokers: they skip by themselves. */
export function skippedBody(reason: string, ttl: number | null, now: number): string {
  return stringify({
    success: false,
    skipped: true,
    ttl,
    timestamp: now,
    exception: reason,
    startedAt: now,
    finishedAt: now,
    data: null,
  });
}
