import type { Plan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import { makeJob } from './job-factory.js';
import { TrackedJob } from './tracked-job.js';

/** Creates the jobs that the client enqueues, by number. */
export function makeRoots(plan: Plan, world: World): (TrackedJob | undefined)[] {
  const roots: (TrackedJob | undefined)[] = [];
  for (const [n, job] of plan.jobs.entries()) {
    const dependsOn = job.dependsOn.map(({ on, condition }) => ({ on: roots[on]!, condition }));
    roots.push(job.parent === undefined ? makeRoot(n, job, dependsOn, world) : undefined);
  }
  return roots;
}

function makeRoot(n: number, plan: Plan['jobs'][number], dependsOn: TrackedJob['dependsOn'], world: World): TrackedJob {
  const awaited = dependsOn.map(({ on }) => on.bucketId!);
  const job = plan.identity === 'bare' ? undefined : makeJob({ n, plan }, awaited, world.client, world);
  const root = new TrackedJob(n, plan, undefined, job);
  root.dependsOn = dependsOn;
  return root;
}
