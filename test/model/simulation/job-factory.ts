import type { Job, JobOptions, OutgoingMessage, Repid } from '@repid/core';
import type { JobPlan } from '../plan/job-plan.js';
import type { World } from '../worlds/world.js';
import type { TrackedJob } from './tracked-job.js';

/** The topic of all messages. */
export const TOPIC = 'work';

/** The payload of an actor: the number of the job in the plan. */
export interface WorkPayload {
  readonly n: number;
}

/** A dependency: a bucket id, or a job. */
export type Awaited = NonNullable<JobOptions['dependsOn']> & (string | Job);

/** Creates a job of the plan with this connection. */
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
    retries: plan.behaviour.retries,
    dependsOn: dependsOn.map(({ condition }, index) => ({ on: awaited[index]!, condition })),
  }) as Job;
}

/** Returns the id of the named bucket for a job's arguments. */
export function namedArgs({ n }: { readonly n: number }, { name }: World): string {
  return `${name}.${n}.args`;
}

/** Creates the bare messages of the plan, to be published together. */
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

function timing({ isDeferred, behaviour }: JobPlan, { now, times }: World): JobOptions {
  return {
    ...(isDeferred ? { deferredUntil: new Date(now() + times.deferral) } : {}),
    ...(behaviour.recurs ? { deferredUntil: new Date(now()), deferredBy: times.period } : {}),
    ...(behaviour.trouble === 'hangs' ? { timeout: times.timeLimit } : {}),
  };
}
