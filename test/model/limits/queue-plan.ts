import * as fc from 'fast-check';

/** What a job of a queue is like. */
export type QueuedJob =
  /** Its actor has a limit. */
  | 'limited'
  /** So has its actor, and it never ends by itself. */
  | 'hanging'
  /** Its actor has none. */
  | 'free';

/** A queue of jobs, some of an actor of which only so many may run at once. */
export interface QueuePlan {
  readonly jobs: readonly QueuedJob[];
  /** So many runs of that actor at once in each of two workers. */
  readonly limit: number;
  /** So many messages in flight in each worker. */
  readonly concurrency: number;
}

/** Queues in which at least one place of the limited actor stays free. */
export const queuePlans: fc.Arbitrary<QueuePlan> = fc
  .record({
    jobs: fc.array(fc.constantFrom<QueuedJob>('limited', 'limited', 'hanging', 'free'), {
      minLength: 2,
      maxLength: 24,
    }),
    isMixed: fc.boolean(),
    limit: fc.integer({ min: 1, max: 2 }),
    concurrency: fc.integer({ min: 2, max: 8 }),
  })
  .map(({ jobs, isMixed, limit, concurrency }) => {
    let places = 2 * limit - 1;
    const allowed = jobs.map((job) => (job === 'hanging' && (places -= 1) < 0 ? 'limited' : job));
    return { jobs: allowed.filter((job) => isMixed || job !== 'free'), limit, concurrency };
  });
