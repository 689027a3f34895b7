import type { BucketRecord, BucketWrite } from '../bucket/index.js';
import { UnsupportedError } from '../errors/index.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import type { BucketContents, BucketWatcher } from './bucket-contents.js';

/** The buckets that are committed together with messages: those of the bucket brokers that were joined. */
export class JoinedBuckets {
  readonly #brokers = new Set<InMemoryBucketBroker>();

  constructor(private readonly watcher: () => BucketWatcher) {}

  /** From now on, buckets of this broker may ride along. */
  add(broker: InMemoryBucketBroker): void {
    this.#brokers.add(broker);
    broker.contents.watch(this.watcher());
  }

  /** @throws UnsupportedError when the bucket belongs elsewhere */
  check({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    if (this.#brokers.has(into as InMemoryBucketBroker)) return;
    throw new UnsupportedError(
      `Bucket "${id}" cannot be committed together with a message: its ${into.name} broker was not joined by the ` +
        'in-memory message broker. Join it first, or store the bucket by itself.',
    );
  }

  /** Stores a bucket where it belongs, which has been checked. */
  store({ into, ...bucket }: BucketWrite): void {
    contentsOf({ into }).store(bucket);
  }

  /** Removes a bucket where it belongs, which has been checked. */
  clear({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    contentsOf({ into }).delete(id);
  }

  /** What the bucket holds now. */
  bodyOf({ id, into }: Pick<BucketWrite, 'id' | 'into'>): string | undefined {
    return contentsOf({ into }).get(id);
  }

  /** Stores the result of a job that nobody says where to store: whoever looks for it finds it. */
  storeEverywhere(record: BucketRecord): void {
    for (const contents of this) contents.store(record);
  }

  /** Removes the bucket, wherever it is. */
  delete(id: string): void {
    for (const contents of this) contents.delete(id);
  }

  *[Symbol.iterator](): Iterator<BucketContents> {
    for (const { contents } of this.#brokers) yield contents;
  }
}

/** Only for brokers that were joined, which are in-memory ones. */
function contentsOf({ into }: Pick<BucketWrite, 'into'>): BucketContents {
  return (into as InMemoryBucketBroker).contents;
}
