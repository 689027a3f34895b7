import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketBroker } from '../../bucket/index.js';
import type { BucketBrokerHarness } from '../harness.js';

/** Where one scenario plays. */
export interface BucketFixture {
  /** Connected when the scenario begins. */
  readonly buckets: BucketBroker;
  readonly harness: BucketBrokerHarness;
  /** Lets the broker's time pass: moved where the harness can, lived through where it cannot. */
  pass(milliseconds: number): Promise<void>;
}

/** One sentence about behaviour, and how to see that it is so. */
export type BucketScenario = (title: string, body: (fixture: BucketFixture) => Promise<void>) => void;

/** The way that scenarios are told to this harness. */
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
