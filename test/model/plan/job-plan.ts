import type { Condition } from '@repid/core';

/** How a job is known, and so where its result lies. */
export type Identity =
  /** The client chose its id. */
  | 'chosen'
  /** The client left the id to the job. */
  | 'random'
  /** A bare message of the client: it has no id and no result. */
  | 'bare'
  /** A follower whose result bucket was named by its parent's actor. */
  | 'named'
  /** A follower whose id derives from its parent's. */
  | 'derived'
  /** A follower that its parent's actor has delegated to. */
  | 'delegated';

/** Where the arguments of a job lie. */
export type ArgsPlace = 'message' | 'own bucket' | 'named bucket';

/** What the runs of a job do. */
export interface Conduct {
  /** So many turns of the event loop pass in each. */
  readonly turns: number;
  /** So many fail, the first ones; Infinity for all. */
  readonly failures: number;
  readonly retries: number;
  /** `hangs`: no run ever settles. `kills`: each run kills its process. */
  readonly trouble: 'none' | 'hangs' | 'kills';
  /** Nothing goes wrong any more once it is replayed or enqueued again. */
  readonly heals: boolean;
  /** So many of the first end with `msg.reschedule()`. */
  readonly rescheduled: number;
  /** It recurs until it is cancelled or purged. */
  readonly recurs: boolean;
  /** The actor calls `msg.enqueue()` once more when it has ended already. */
  readonly enqueuesLate: boolean;
}

/** A job of a random graph. Jobs are known by their number; each depends on lower ones alone. */
export interface JobPlan {
  readonly identity: Identity;
  /** The number of its channel. */
  readonly channel: number;
  readonly priority: 'high' | 'medium' | 'low';
  /** Not to be delivered at once. */
  readonly isDeferred: boolean;
  readonly args: ArgsPlace;
  readonly dependsOn: readonly { readonly on: number; readonly condition: Condition }[];
  /** The job whose actor enqueues it. */
  readonly parent: number | undefined;
  readonly conduct: Conduct;
}

/** True where one message of it runs more than once without failing: each such run has followers of its own. */
export function repeats({ rescheduled, recurs }: Conduct): boolean {
  return recurs || rescheduled > 0;
}

/** For counterexamples. */
export function describeJob(job: JobPlan, n: number): string {
  const { identity, channel, priority, isDeferred, args, dependsOn, parent, conduct } = job;
  const after = dependsOn.map(({ on, condition }) => `${condition} of ${on}`).join(', ');
  return [
    `job ${n} on channel ${channel}, ${identity}${parent === undefined ? '' : `, enqueued by ${parent}`}`,
    after && `after ${after}`,
    priority !== 'medium' && `${priority} priority`,
    isDeferred && 'deferred',
    args !== 'message' && `arguments in its ${args}`,
    describeConduct(conduct),
  ]
    .filter(Boolean)
    .join('; ');
}

function describeConduct(conduct: Conduct): string {
  const { turns, failures, retries, trouble, heals, rescheduled, recurs, enqueuesLate } = conduct;
  return [
    turns > 0 && `takes ${turns} turns`,
    failures > 0 && `fails ${failures} times`,
    trouble !== 'none' && trouble,
    retries > 0 && `${retries} retries`,
    heals && 'heals',
    rescheduled > 0 && `rescheduled ${rescheduled} times`,
    recurs && 'recurs',
    enqueuesLate && 'enqueues late',
  ]
    .filter(Boolean)
    .join('; ');
}

/** The one whose result everything that was delegated to stores: who waits for that one waits for all of them. */
export function delegationRoot(n: number, jobs: readonly JobPlan[]): number {
  return jobs[n]!.identity === 'delegated' ? delegationRoot(jobs[n]!.parent!, jobs) : n;
}
