import { type BucketBroker, type OutgoingMessage, type Settlement, UnsupportedError } from '@repid/core';

/** The bucket brokers whose buckets are committed together with messages. Others are separate stores. */
export class TransactionalStores {
  private readonly brokers = new WeakSet<BucketBroker>();
  private hasAny = false;

  add(broker: BucketBroker): void {
    this.brokers.add(broker);
    this.hasAny = true;
  }

  /** True if the results of jobs are stored with their messages. */
  get areAny(): boolean {
    return this.hasAny;
  }

  /** @throws UnsupportedError when a bucket of the message belongs to a separate store */
  check({ buckets = [], clears = [], waits }: Pick<OutgoingMessage, 'buckets' | 'clears' | 'waits'>): void {
    for (const { id, into } of buckets) this.checkBroker(id, into);
    for (const { id, into } of clears) this.checkBroker(id, into);
    if (waits?.result) this.checkBroker(waits.result.id, waits.result.into);
  }

  /** @throws UnsupportedError when a bucket of the settlement belongs to a separate store */
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
