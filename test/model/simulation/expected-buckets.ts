import { Prediction } from '../prediction/prediction.js';
import type { ExpectedBuckets, World } from '../worlds/world.js';
import { namedArgs } from './job-factory.js';
import type { Ledger } from './ledger.js';
import type { TrackedJob } from './tracked-job.js';

/** Returns the buckets that remain after all jobs have ended. */
export function expectedBuckets({ jobs }: Ledger, world: World): ExpectedBuckets {
  const prediction = new Prediction();
  const ended = jobs.filter((job) => job.job && prediction.endOf(job) !== 'absent');
  const withResult = ended.filter(({ plan }) => plan.identity !== 'delegated');
  const withNamed = ended.filter(({ plan }) => plan.args === 'named bucket');
  const withOwn = ended.filter((job) => job.plan.args === 'own bucket' && kept(job) > 0);
  return {
    results: new Set(withResult.map((job) => job.bucketId!)),
    named: new Set(withNamed.map((job) => namedArgs(job, world))),
    own: new Map(withOwn.map((job) => [job.job!.id, kept(job)])),
  };
}

/** Returns how many own arguments buckets of the job remain: one per dead letter, and one if it may be revived. */
function kept({ letters, revivedBy }: TrackedJob): number {
  return letters + (revivedBy === undefined ? 0 : 1);
}
