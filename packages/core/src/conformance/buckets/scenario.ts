import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketBroker } from '../../bucket/index.js';
import type { BucketBrokerHarness } from '../harness.js';

/** What one scenario works with. */
export interface BucketFixture {
  /** Connected when the scenario begins. */
  readonly buckets: BucketBroker;
  readonly harness: BucketBrokerHarness;
  /** Lets the broker's time pass: advances its clock if the harness can, otherwise waits. */
  pass(milliseconds: number): Promise<void>;
}

/** A title that states a behaviour, and a body that checks it. */
export type BucketScenario = (title: string, body: (fixture: BucketFixture) => Promise<void>) => void;

/** Registers bucket scenarios with this harness. */
export function bucketScenariosOf(harness: BucketBrokerHarness): BucketScenario {
  return (title, body) => {
    harness.it(title, async () => {
      const buckets = await harness.createBuckets();
      const pass = async (time: number) => (harness.advance ? harness.advance(buckets, time) : sleep(time));
      await buckets.connect();
      await body({ buckets, harness, pass }).finally(() => buckets.disconnect());
    });
  };
}
