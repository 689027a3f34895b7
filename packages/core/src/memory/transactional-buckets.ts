import type { BucketRecord, BucketWrite } from '../bucket/index.js';
import { UnsupportedError } from '../errors/index.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import type { BucketContents, BucketWatcher } from './bucket-contents.js';

/** Buckets that are committed together with messages: those of the bucket brokers passed to `join()`. */
export class TransactionalBuckets {
  readonly #brokers = new Set<InMemoryBucketBroker>();

  constructor(private readonly watcher: () => BucketWatcher) {}

  /** Makes this broker's buckets part of the message broker's transactions. */
  add(broker: InMemoryBucketBroker): void {
    this.#brokers.add(broker);
    broker.contents.watch(this.watcher());
  }

  /** @throws UnsupportedError for a bucket of a separate bucket broker */
  check({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    if (this.#brokers.has(into as InMemoryBucketBroker)) return;
    throw new UnsupportedError(
      `Bucket "${id}" cannot be committed together with a message: its ${into.name} broker is not a transactional store of the ` +
        'in-memory message broker. Join it first, or store the bucket separately.',
    );
  }

  /** Stores a checked bucket in its broker. */
  store({ into, ...bucket }: BucketWrite): void {
    contentsOf({ into }).store(bucket);
  }

  /** Removes a checked bucket from its broker. */
  clear({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    contentsOf({ into }).delete(id);
  }

  /** The current body of the bucket. */
  bodyOf({ id, into }: Pick<BucketWrite, 'id' | 'into'>): string | undefined {
    return contentsOf({ into }).get(id);
  }

  /** Stores a result in every transactional broker, for jobs whose results broker is not known. */
  storeEverywhere(record: BucketRecord): void {
    for (const contents of this) contents.store(record);
  }

  /** Removes the bucket from every transactional broker. */
  delete(id: string): void {
    for (const contents of this) contents.delete(id);
  }

  *[Symbol.iterator](): Iterator<BucketContents> {
    for (const { contents } of this.#brokers) yield contents;
  }
}

/** Only for transactional brokers, which are in-memory ones. */
function contentsOf({ into }: Pick<BucketWrite, 'into'>): BucketContents {
  return (into as InMemoryBucketBroker).contents;
}
