import type { Job, JobOptions, OutgoingMessage, Repid } from '@repid/core';
import type { JobPlan } from '../plan/job-plan.js';
import type { World } from '../worlds/world.js';
import type { TrackedJob } from './tracked-job.js';

/** The topic of everything that is enqueued. */
export const TOPIC = 'work';

/** What an actor is given: which job of the plan it is to be. */
export interface WorkPayload {
  readonly n: number;
}

/** A bucket, or the job whose result goes there. */
export type Awaited = NonNullable<JobOptions['dependsOn']> & (string | Job);

/** A job of the plan, made by this connection. */
export function makeJob(
  { n, plan }: { readonly n: number; readonly plan: JobPlan },
  awaited: readonly Awaited[],
  repid: Repid,
  world: World,
): Job {
  const { dependsOn } = plan;
  return repid.job(TOPIC, {
    channel: world.channels[plan.channel]!,
    ...naming(n, plan, world),
    ...timing(plan, world),
    args: { n } satisfies WorkPayload,
    priority: plan.priority,
    retries: plan.conduct.retries,
    dependsOn: dependsOn.map(({ condition }, index) => ({ on: awaited[index]!, condition })),
  }) as Job;
}

/** The bucket that the arguments of a job go to where they go to a named one. */
export function namedArgs({ n }: { readonly n: number }, { name }: World): string {
  return `${name}.${n}.args`;
}

/** The bare messages of the plan, to be published together. */
export function bareMessages(jobs: readonly TrackedJob[], world: World): OutgoingMessage[] {
  return jobs.map(({ n, plan }) => ({
    channel: world.channels[plan.channel]!,
    payload: Buffer.from(JSON.stringify({ n } satisfies WorkPayload)),
    contentType: 'application/json',
    headers: { topic: TOPIC },
    priority: plan.priority,
  }));
}

function naming(n: number, { identity, args }: JobPlan, world: World): JobOptions {
  const own = `${world.name}.${n}`;
  return {
    ...(identity === 'chosen' ? { id: own } : {}),
    ...(identity === 'named' ? { resultId: own } : {}),
    ...(args === 'named bucket' ? { argsId: namedArgs({ n }, world) } : { useArgsBucket: args === 'own bucket' }),
  };
}

function timing({ isDeferred, conduct }: JobPlan, { now, times }: World): JobOptions {
  return {
    ...(isDeferred ? { deferredUntil: new Date(now() + times.deferral) } : {}),
    ...(conduct.recurs ? { deferredUntil: new Date(now()), deferredBy: times.period } : {}),
    ...(conduct.trouble === 'hangs' ? { timeout: times.timeLimit } : {}),
  };
}
