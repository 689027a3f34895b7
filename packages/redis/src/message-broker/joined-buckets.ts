import { type BucketBroker, type OutgoingMessage, type Settlement, UnsupportedError } from '@repid/core';

/** The bucket brokers whose buckets can be committed together with messages. */
export class JoinedBuckets {
  private readonly brokers = new WeakSet<BucketBroker>();
  private added = false;

  add(broker: BucketBroker): void {
    this.brokers.add(broker);
    this.added = true;
  }

  /** True where the results of jobs lie with their messages. */
  get areAny(): boolean {
    return this.added;
  }

  /** @throws UnsupportedError when a bucket of the message belongs elsewhere */
  check({ buckets = [], clears = [], waits }: Pick<OutgoingMessage, 'buckets' | 'clears' | 'waits'>): void {
    for (const { id, into } of buckets) this.checkBroker(id, into);
    for (const { id, into } of clears) this.checkBroker(id, into);
    if (waits?.result) this.checkBroker(waits.result.id, waits.result.into);
  }

  /** @throws UnsupportedError when a bucket of the settlement belongs elsewhere */
  checkSettlement({ bucket, publish = [] }: Settlement): void {
    if (bucket) this.checkBroker(bucket.id, bucket.into);
    for (const follower of publish) this.check(follower);
  }

  private checkBroker(id: string, broker: BucketBroker): void {
    if (this.brokers.has(broker)) return;
    throw new UnsupportedError(
      `Bucket "${id}" belongs to a ${broker.name} broker that the redis broker has not joined, so it can't be committed with messages. ` +
        'Call join() first, or store the bucket separately.',
    );
  }
}
