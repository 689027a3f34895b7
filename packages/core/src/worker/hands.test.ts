import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { Hand } from './hand.js';
import { Hands } from './hands.js';

const made = () => new Hand({} as Delivery, { receivedAt: 0, takenAt: 0, ownedUntil: 0 }, () => {});

it('holds what was added and not deleted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const all = Array.from({ length: 10 }, made);
      const hands = new Hands();
      const expected = new Set<Hand>();
      for (const [isAdded, n] of steps) {
        const hand = all[n]!;
        if (!isAdded) hands.delete(hand);
        else if (!expected.has(hand)) hands.add(hand);
        if (isAdded) expected.add(hand);
        else expected.delete(hand);
      }
      expect(hands.size).toBe(expected.size);
      expect(new Set(hands)).toEqual(expected);
      expect(all.filter((hand) => hands.has(hand))).toEqual(all.filter((hand) => expected.has(hand)));
    }),
  );
});

it('may be emptied while it is gone through', () => {
  const hands = new Hands();
  for (let n = 0; n < 5; n += 1) hands.add(made());
  let seen = 0;
  for (const hand of hands) {
    hands.delete(hand);
    seen += 1;
  }
  expect([seen, hands.size]).toEqual([5, 0]);
});
