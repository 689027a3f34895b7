import type { Hand } from './hand.js';

/**
 * All that a worker has in hand, in no order. An array whose members know their places: a Set that is always added to
 * and deleted from leaves behind tables which keep what was deleted alive for long.
 */
export class Hands implements Iterable<Hand> {
  private readonly members: Hand[] = [];

  get size(): number {
    return this.members.length;
  }

  has(hand: Hand): boolean {
    return this.members[hand.place] === hand;
  }

  add(hand: Hand): void {
    hand.place = this.members.length;
    this.members.push(hand);
  }

  delete(hand: Hand): void {
    if (!this.has(hand)) return;
    const last = this.members.pop() as Hand;
    if (last === hand) return;
    this.members[hand.place] = last;
    last.place = hand.place;
  }

  /** Those that are there now: what comes and goes meanwhile changes nothing. */
  [Symbol.iterator](): Iterator<Hand> {
    return [...this.members][Symbol.iterator]();
  }
}
