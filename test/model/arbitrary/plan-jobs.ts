import { type Behaviour, delegationRoot, type Identity, type JobPlan, repeats } from '../plan/job-plan.js';
import { CHANNELS } from '../plan/plan.js';
import type { RawJob } from './raw-job.js';

/** Turns drawn values into valid jobs. */
export function planJobs(raw: readonly RawJob[], { mayKill }: { readonly mayKill: boolean }): JobPlan[] {
  const jobs: JobPlan[] = [];
  for (const drawn of raw) jobs.push(planJob(drawn, jobs, mayKill));
  return jobs;
}

function planJob(raw: RawJob, before: readonly JobPlan[], mayKill: boolean): JobPlan {
  const parent = raw.parent === undefined ? undefined : back(before, raw.parent);
  const identity = parent === undefined ? raw.rootIdentity : followerIdentity(raw, parent, before);
  const behaviour = behaviourOf(raw, identity, parent, mayKill);
  const canWait = identity !== 'bare' && !behaviour.recurs;
  const job: JobPlan = {
    identity,
    channel: raw.channel % CHANNELS,
    priority: raw.priority,
    isDeferred: raw.isDeferred && canWait,
    args: argsLocation(raw, identity, behaviour),
    dependsOn: canWait ? dependencies(raw, parent, identity, before) : [],
    parent,
    behaviour,
  };
  return followsRecurring(parent, before) ? harmless(job, before) : job;
}

function followsRecurring(parent: number | undefined, jobs: readonly JobPlan[]): boolean {
  if (parent === undefined) return false;
  return jobs[parent]!.behaviour.recurs || followsRecurring(jobs[parent]!.parent, jobs);
}

/**
 * Makes the job succeed quickly, whenever it is enqueued. Followers of a recurring job come and go while the test does not
 * wait for them, and their dependencies may be replayed in the meantime.
 */
function harmless(job: JobPlan, before: readonly JobPlan[]): JobPlan {
  const { behaviour, dependsOn, parent } = job;
  const failures = Math.min(behaviour.failures, behaviour.retries);
  const companions = dependsOn.filter(({ on }) => before[on]!.parent === parent);
  return { ...job, isDeferred: false, dependsOn: companions, behaviour: { ...behaviour, trouble: 'none', failures } };
}

/** Returns the number of the job that is `distance` before the next one; undefined if there is no earlier job. */
function back(before: readonly JobPlan[], distance: number): number | undefined {
  return before.length === 0 ? undefined : before.length - 1 - (distance % before.length);
}

/** A follower that may exist several times has no name. A job delegates at most once, and only if it stores a result. */
function followerIdentity({ followerIdentity: drawn }: RawJob, parent: number, before: readonly JobPlan[]): Identity {
  const canDelegate =
    before[parent]!.identity !== 'bare' &&
    !repeats(before[parent]!.behaviour) &&
    !before.some((job) => job.parent === parent && job.identity === 'delegated');
  if (drawn === 'delegated') return canDelegate ? 'delegated' : 'derived';
  return drawn === 'named' && isOne(parent, before) ? 'named' : 'derived';
}

/** True if exactly one run of the job is committed with its followers. */
function isOne(n: number, jobs: readonly JobPlan[]): boolean {
  const { parent, behaviour } = jobs[n]!;
  return !repeats(behaviour) && (parent === undefined || isOne(parent, jobs));
}

function behaviourOf(raw: RawJob, identity: Identity, parent: number | undefined, mayKill: boolean): Behaviour {
  const recurs = raw.recurs && parent === undefined && identity !== 'bare';
  const trouble = recurs ? 'none' : troubleOf(raw, identity, mayKill);
  const failures = failuresOf(raw, identity, recurs);
  return {
    turns: raw.turns,
    failures,
    retries: identity === 'bare' || recurs ? 0 : raw.retries,
    trouble,
    heals: raw.heals,
    rescheduled: recurs || failures > 0 || trouble !== 'none' ? 0 : raw.rescheduled,
    recurs,
    enqueuesLate: raw.enqueuesLate,
  };
}

/** A bare message has no timeout, so it must not hang. */
function troubleOf({ hangs, kills }: RawJob, identity: Identity, mayKill: boolean): Behaviour['trouble'] {
  if (kills && mayKill) return 'kills';
  return hangs && identity !== 'bare' ? 'hangs' : 'none';
}

/** A job without retries either always fails or never fails. */
function failuresOf({ failures }: RawJob, identity: Identity, recurs: boolean): number {
  return (recurs || identity === 'bare') && failures > 0 ? Number.POSITIVE_INFINITY : failures;
}

/** Dead letters of a recurring job share the job's own bucket, and no job owns it then. So such a job uses none. */
function argsLocation({ args }: RawJob, identity: Identity, { recurs, failures }: Behaviour): JobPlan['args'] {
  if (identity === 'bare' || (recurs && failures > 0)) return 'message';
  const isUnnamed = identity === 'derived' || identity === 'delegated';
  return args === 'named bucket' && isUnnamed ? 'own bucket' : args;
}

function dependencies(
  { dependsOn }: RawJob,
  parent: number | undefined,
  identity: Identity,
  before: readonly JobPlan[],
): JobPlan['dependsOn'] {
  const limit = identity === 'delegated' ? delegationRoot(parent!, before) : before.length;
  /** Keyed by the job that owns the bucket, because a job waits for each bucket once. */
  const found = new Map<number, JobPlan['dependsOn'][number]>();
  for (const { back: distance, condition } of dependsOn) {
    const on = dependency(back(before, distance), parent, before);
    if (on !== undefined && on < limit) found.set(delegationRoot(on, before), { on, condition });
  }
  return [...found.values()];
}

/**
 * A follower may never be enqueued, so only followers of the same run may wait for it. The result of a delegated job is
 * stored in the parent's bucket.
 */
function dependency(
  on: number | undefined,
  parent: number | undefined,
  before: readonly JobPlan[],
): number | undefined {
  if (on === undefined) return undefined;
  const job = before[on]!;
  if (job.identity === 'bare' || job.behaviour.recurs) return undefined;
  if (job.parent === undefined) return on;
  if (job.parent !== parent) return undefined;
  return job.identity === 'delegated' ? parent : on;
}
