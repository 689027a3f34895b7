/** A member of a list, which knows its own index there. */
export interface ListMember {
  /** Set by the list; -1 or any number before. */
  index: number;
}

/**
 * An unordered list with O(1) add, delete and lookup, each member at most once. Deleting moves the last member into the gap.
 * Used in place of a Set with constant turnover, whose internal tables keep deleted members in memory for long.
 */
export class SwapRemoveList<Member extends ListMember> implements Iterable<Member> {
  private readonly members: Member[] = [];

  get size(): number {
    return this.members.length;
  }

  has(member: Member): boolean {
    return this.members[member.index] === member;
  }

  add(member: Member): void {
    member.index = this.members.length;
    this.members.push(member);
  }

  delete(member: Member): void {
    if (!this.has(member)) return;
    const last = this.members.pop() as Member;
    if (last === member) return;
    this.members[member.index] = last;
    last.index = member.index;
  }

  /** Iterates over a copy: members may be added and deleted meanwhile. */
  [Symbol.iterator](): Iterator<Member> {
    return [...this.members][Symbol.iterator]();
  }
}
