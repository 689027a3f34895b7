import type { BucketRecord } from '@repid/core';
import type { Keys } from '../keys.js';
import { ChannelCall, type Invocation, type ScriptArgument } from './call.js';
import { addBuckets } from './message.js';
import { scripts } from './scripts.generated.js';

/** The call that stores buckets. */
export function storeBucketsCall(buckets: readonly BucketRecord[], keys: Keys): Invocation {
  const call = new ChannelCall(scripts.storeBuckets, keys);
  addBuckets(call, [], buckets);
  return call;
}

/**
 * The call that returns the body of a bucket, or null after it has registered the client.
 * @param memory for how many milliseconds the client is remembered
 */
export function waitForBucketCall(id: string, client: string, memory: number, keys: Keys): Invocation {
  return new ChannelCall(scripts.waitForBucket, keys).add(id, client, memory);
}

/** The call that reads buckets where the server is the master. It takes their keys. */
export class ReadBucketsCall implements Invocation {
  readonly script = scripts.readBuckets;

  constructor(
    private readonly bucketKeys: readonly string[],
    private readonly keys: Keys,
  ) {}

  toArguments(script: string): ScriptArgument[] {
    return [script, this.bucketKeys.length + 1, this.keys.probe, ...this.bucketKeys];
  }
}
