import { bucketLifecycle } from './buckets/lifecycle.js';
import { expiry } from './buckets/expiry.js';
import { keeping } from './buckets/keeping.js';
import { waitingForBuckets } from './buckets/wait.js';
import { waitingForSettlements } from './buckets/wait-transactional.js';
import { bucketScenariosOf } from './buckets/scenario.js';
import type { BucketBrokerHarness } from './harness.js';

/** The tests that every bucket broker must pass. Call it where your test runner collects tests. */
export function bucketBrokerConformance(harness: BucketBrokerHarness): void {
  const scenario = bucketScenariosOf(harness);
  harness.describe('store, get and delete', () => keeping(scenario));
  harness.describe('time to live', () => expiry(scenario));
  harness.describe('wait', () => waitingForBuckets(scenario));
  if (harness.createBroker) harness.describe('wait for a settlement', () => waitingForSettlements(scenario));
  harness.describe('lifecycle', () => bucketLifecycle(scenario));
}
