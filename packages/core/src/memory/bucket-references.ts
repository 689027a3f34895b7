import type { Entry } from './entry.js';

/** Which holders refer to which bucket: they wait for it, or have yet to read it. */
export class BucketReferences<Holder = Entry> {
  readonly #holders = new Map<string, Set<Holder>>();

  constructor(
    /** Called when the last reference to a bucket is removed. */
    private readonly onEmpty: (bucketId: string) => void,
  ) {}

  has(bucketId: string): boolean {
    return this.#holders.has(bucketId);
  }

  /** A copy of the current holders: later changes do not affect it. */
  of(bucketId: string): Holder[] {
    return [...(this.#holders.get(bucketId) ?? [])];
  }

  add(bucketId: string, holder: Holder): void {
    const holders = this.#holders.get(bucketId) ?? new Set();
    this.#holders.set(bucketId, holders.add(holder));
  }

  remove(bucketId: string, holder: Holder): void {
    const holders = this.#holders.get(bucketId);
    if (!holders?.delete(holder) || holders.size > 0) return;
    this.#holders.delete(bucketId);
    this.onEmpty(bucketId);
  }
}
