import type { Entry } from './entry.js';

/** Who waits for which bucket, or has yet to read it. */
export class Memberships<Member = Entry> {
  readonly #members = new Map<string, Set<Member>>();

  constructor(
    /** Is told when a bucket's last member has left. */
    private readonly onEmpty: (bucketId: string) => void,
  ) {}

  has(bucketId: string): boolean {
    return this.#members.has(bucketId);
  }

  /** Those of now: who joins or leaves meanwhile does not matter. */
  of(bucketId: string): Member[] {
    return [...(this.#members.get(bucketId) ?? [])];
  }

  join(bucketId: string, member: Member): void {
    const members = this.#members.get(bucketId) ?? new Set();
    this.#members.set(bucketId, members.add(member));
  }

  leave(bucketId: string, member: Member): void {
    const members = this.#members.get(bucketId);
    if (!members?.delete(member) || members.size > 0) return;
    this.#members.delete(bucketId);
    this.onEmpty(bucketId);
  }
}
