import { type Conduct, delegationRoot, type Identity, type JobPlan, repeats } from '../plan/job-plan.js';
import { CHANNELS } from '../plan/plan.js';
import type { RawJob } from './raw-job.js';

/** The jobs that come of what was drawn. */
export function planJobs(raw: readonly RawJob[], { mayKill }: { readonly mayKill: boolean }): JobPlan[] {
  const jobs: JobPlan[] = [];
  for (const drawn of raw) jobs.push(planJob(drawn, jobs, mayKill));
  return jobs;
}

function planJob(raw: RawJob, before: readonly JobPlan[], mayKill: boolean): JobPlan {
  const parent = raw.parent === undefined ? undefined : back(before, raw.parent);
  const identity = parent === undefined ? raw.rootIdentity : followerIdentity(raw, parent, before);
  const conduct = conductOf(raw, identity, parent, mayKill);
  const canWait = identity !== 'bare' && !conduct.recurs;
  const job: JobPlan = {
    identity,
    channel: raw.channel % CHANNELS,
    priority: raw.priority,
    isDeferred: raw.isDeferred && canWait,
    args: argsPlace(raw, identity, conduct),
    dependsOn: canWait ? dependencies(raw, parent, identity, before) : [],
    parent,
    conduct,
  };
  return followsRecurring(parent, before) ? harmless(job, before) : job;
}

function followsRecurring(parent: number | undefined, jobs: readonly JobPlan[]): boolean {
  if (parent === undefined) return false;
  return jobs[parent]!.conduct.recurs || followsRecurring(jobs[parent]!.parent, jobs);
}

/**
 * It soon succeeds, whenever it comes: followers of a recurring job come and go while nobody waits for them, and what they depend on
 * may be replayed meanwhile.
 */
function harmless(job: JobPlan, before: readonly JobPlan[]): JobPlan {
  const { conduct, dependsOn, parent } = job;
  const failures = Math.min(conduct.failures, conduct.retries);
  const companions = dependsOn.filter(({ on }) => before[on]!.parent === parent);
  return { ...job, isDeferred: false, dependsOn: companions, conduct: { ...conduct, trouble: 'none', failures } };
}

/** So far back from the next job; undefined where it is the first. */
function back(before: readonly JobPlan[], distance: number): number | undefined {
  return before.length === 0 ? undefined : before.length - 1 - (distance % before.length);
}

/** One of which there may be many has no name; a result is handed over but once, and only where one is stored. */
function followerIdentity({ followerIdentity: drawn }: RawJob, parent: number, before: readonly JobPlan[]): Identity {
  const canDelegate =
    before[parent]!.identity !== 'bare' &&
    !repeats(before[parent]!.conduct) &&
    !before.some((job) => job.parent === parent && job.identity === 'delegated');
  if (drawn === 'delegated') return canDelegate ? 'delegated' : 'derived';
  return drawn === 'named' && isOne(parent, before) ? 'named' : 'derived';
}

/** True where there is one run of it that is committed with followers. */
function isOne(n: number, jobs: readonly JobPlan[]): boolean {
  const { parent, conduct } = jobs[n]!;
  return !repeats(conduct) && (parent === undefined || isOne(parent, jobs));
}

function conductOf(raw: RawJob, identity: Identity, parent: number | undefined, mayKill: boolean): Conduct {
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

/** A bare message has no time limit of its own. */
function troubleOf({ hangs, kills }: RawJob, identity: Identity, mayKill: boolean): Conduct['trouble'] {
  if (kills && mayKill) return 'kills';
  return hangs && identity !== 'bare' ? 'hangs' : 'none';
}

/** What is never retried fails for good, or never. */
function failuresOf({ failures }: RawJob, identity: Identity, recurs: boolean): number {
  return (recurs || identity === 'bare') && failures > 0 ? Number.POSITIVE_INFINITY : failures;
}

/** Dead letters of a recurring job share its own bucket, which then belongs to nobody. */
function argsPlace({ args }: RawJob, identity: Identity, { recurs, failures }: Conduct): JobPlan['args'] {
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
  /** By the job whose bucket it is: one bucket is waited for once. */
  const found = new Map<number, JobPlan['dependsOn'][number]>();
  for (const { back: distance, condition } of dependsOn) {
    const on = dependency(back(before, distance), parent, before);
    if (on !== undefined && on < limit) found.set(delegationRoot(on, before), { on, condition });
  }
  return [...found.values()];
}

/**
 * What an actor enqueues may never come: only what comes with it may wait for it. The result of one that was delegated to
 * lies with the parent.
 */
function dependency(
  on: number | undefined,
  parent: number | undefined,
  before: readonly JobPlan[],
): number | undefined {
  if (on === undefined) return undefined;
  const job = before[on]!;
  if (job.identity === 'bare' || job.conduct.recurs) return undefined;
  if (job.parent === undefined) return on;
  if (job.parent !== parent) return undefined;
  return job.identity === 'delegated' ? parent : on;
}
