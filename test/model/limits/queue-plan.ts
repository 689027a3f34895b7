import * as fc from 'fast-check';

/** The kind of a queued job. */
export type QueuedJob =
  /** Runs on the actor with a concurrency limit. */
  | 'limited'
  /** Runs on the same actor, and never ends by itself. */
  | 'hanging'
  /** Runs on an actor without a limit. */
  | 'free';

/** A queue of jobs, some of them for an actor with a concurrency limit. */
export interface QueuePlan {
  readonly jobs: readonly QueuedJob[];
  /** The actor's concurrency limit in each of two workers. */
  readonly limit: number;
  /** The maximum number of messages in flight in each worker. */
  readonly concurrency: number;
}

/** Queues in which hanging jobs leave at least one slot of the limited actor free. */
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
    let freeSlots = 2 * limit - 1;
    const allowed = jobs.map((job) => (job === 'hanging' && (freeSlots -= 1) < 0 ? 'limited' : job));
    return { jobs: allowed.filter((job) => isMixed || job !== 'free'), limit, concurrency };
  });
