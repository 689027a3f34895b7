import { Prediction } from '../prediction/prediction.js';
import type { ExpectedBuckets } from '../worlds/world.js';
import type { Ledger } from './ledger.js';

/** The buckets that are left when everything has ended. */
export function expectedBuckets({ jobs }: Ledger): ExpectedBuckets {
  const prediction = new Prediction();
  const ended = jobs.filter((job) => job.job && prediction.endOf(job) !== 'absent');
  const withResult = ended.filter(({ plan }) => plan.identity !== 'delegated');
  const withNamed = ended.filter(({ plan }) => plan.args === 'named bucket');
  const withOwn = ended.filter((job) => job.plan.args === 'own bucket' && job.letters + job.skips > 0);
  return {
    results: new Set(withResult.map((job) => job.bucketId!)),
    named: new Set(withNamed.map((job) => job.job!.argsId!)),
    own: new Map(withOwn.map((job) => [job.job!.id, job.letters + job.skips])),
  };
}
