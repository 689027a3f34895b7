import { expect, it } from 'vitest';
import { restAfter } from './unrouted.js';

it.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [1_000_000, 5_000],
])('A message without an actor rests longer after each look: after %i, half to all of %i ms', (looks, longest) => {
  expect(restAfter(looks, 0)).toBe(longest / 2);
  expect(restAfter(looks, 1)).toBe(longest);
});

it('makes so many looks in ten minutes that one worker among five is certain to come to it', () => {
  let [looks, passed] = [0, 0];
  while (passed < 600_000) passed += restAfter(looks++, 1);
  expect((4 / 5) ** looks).toBeLessThan(1e-10);
});
