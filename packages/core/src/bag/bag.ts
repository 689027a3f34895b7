/** What can be in a bag: it knows where it lies. */
export interface Placed {
  /** Its place among the others; the bag's own business. */
  place: number;
}

/**
 * Members in no order, each once. An array whose members know their places: a Set that is always added to and deleted
 * from leaves behind tables which keep what was deleted alive for long.
 */
export class Bag<Member extends Placed> implements Iterable<Member> {
  private readonly members: Member[] = [];

  get size(): number {
    return this.members.length;
  }

  has(member: Member): boolean {
    return this.members[member.place] === member;
  }

  add(member: Member): void {
    member.place = this.members.length;
    this.members.push(member);
  }

  delete(member: Member): void {
    if (!this.has(member)) return;
    const last = this.members.pop() as Member;
    if (last === member) return;
    this.members[member.place] = last;
    last.place = member.place;
  }

  /** Those that are there now: what comes and goes meanwhile changes nothing. */
  [Symbol.iterator](): Iterator<Member> {
    return [...this.members][Symbol.iterator]();
  }
}
