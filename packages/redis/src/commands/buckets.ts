import type { BucketRecord } from '@repid/core';
import type { Keys } from '../keys.js';
import { Call, type Invocation, invocation } from './call.js';
import { addBuckets } from './message.js';
import { scripts } from './scripts.generated.js';

/** The call that stores buckets. */
export function storeBucketsCall(buckets: readonly BucketRecord[], keys: Keys): Invocation {
  const call = new Call(scripts.storeBuckets, keys);
  addBuckets(call, [], buckets);
  return call;
}

/**
 * The call that returns the body of a bucket, or null after it has registered the client.
 * @param memory for how many milliseconds the client is remembered
 */
export function waitForBucketCall(id: string, client: string, memory: number, keys: Keys): Invocation {
  return new Call(scripts.waitForBucket, keys).add(id, client, memory);
}

/** The call that reads buckets from the master. It takes their keys. */
export function readBucketsCall(bucketKeys: readonly string[], keys: Keys): Invocation {
  return invocation(scripts.readBuckets, [keys.probe, ...bucketKeys], []);
}
