import type { Condition } from '@repid/core';

/** How a job gets its id, and which bucket stores its result. */
export type Identity =
  /** The client chooses the id. */
  | 'chosen'
  /** The id is generated. */
  | 'random'
  /** A bare message sent by the client. It has no id and no result. */
  | 'bare'
  /** A follower whose result bucket is named by the parent's actor. */
  | 'named'
  /** A follower whose id is derived from the parent's id. */
  | 'derived'
  /** A follower that the parent's actor delegates to. */
  | 'delegated';

/** Where the arguments of a job are stored. */
export type ArgsLocation = 'message' | 'own bucket' | 'named bucket';

/** What the actor does in the runs of a job. */
export interface Behaviour {
  /** The number of event loop turns that each run takes. */
  readonly turns: number;
  /** The number of first runs that fail; Infinity if all fail. */
  readonly failures: number;
  readonly retries: number;
  /** `hangs`: no run ever settles. `kills`: each run kills its process. */
  readonly trouble: 'none' | 'hangs' | 'kills';
  /** The job succeeds after it was replayed or enqueued again. */
  readonly heals: boolean;
  /** The number of first runs that end with `msg.reschedule()`. */
  readonly rescheduled: number;
  /** The job recurs until it is cancelled or purged. */
  readonly recurs: boolean;
  /** The actor calls `msg.enqueue()` after it has returned. */
  readonly enqueuesLate: boolean;
}

/** A job of a random graph. Jobs are numbered, and depend only on jobs with lower numbers. */
export interface JobPlan {
  readonly identity: Identity;
  /** The number of the channel. */
  readonly channel: number;
  readonly priority: 'high' | 'medium' | 'low';
  /** The job is enqueued with a delay. */
  readonly isDeferred: boolean;
  readonly args: ArgsLocation;
  readonly dependsOn: readonly { readonly on: number; readonly condition: Condition }[];
  /** The number of the job whose actor enqueues this one; undefined if the client enqueues it. */
  readonly parent: number | undefined;
  readonly behaviour: Behaviour;
}

/** True if several runs of the job succeed. Each of them has its own followers. */
export function repeats({ rescheduled, recurs }: Behaviour): boolean {
  return recurs || rescheduled > 0;
}

/** For counterexamples. */
export function describeJob(job: JobPlan, n: number): string {
  const { identity, channel, priority, isDeferred, args, dependsOn, parent, behaviour } = job;
  const after = dependsOn.map(({ on, condition }) => `${condition} of ${on}`).join(', ');
  return [
    `job ${n} on channel ${channel}, ${identity}${parent === undefined ? '' : `, enqueued by ${parent}`}`,
    after && `after ${after}`,
    priority !== 'medium' && `${priority} priority`,
    isDeferred && 'deferred',
    args !== 'message' && `arguments in its ${args}`,
    describeBehaviour(behaviour),
  ]
    .filter(Boolean)
    .join('; ');
}

function describeBehaviour(behaviour: Behaviour): string {
  const { turns, failures, retries, trouble, heals, rescheduled, recurs, enqueuesLate } = behaviour;
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

/** Returns the first job of a chain of delegations. Its bucket stores the result of the whole chain. */
export function delegationRoot(n: number, jobs: readonly JobPlan[]): number {
  return jobs[n]!.identity === 'delegated' ? delegationRoot(jobs[n]!.parent!, jobs) : n;
}
