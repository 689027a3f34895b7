import { expect, it } from 'vitest';
import { unroutedDelay } from './unrouted-policy.js';

it.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [1_000_000, 5_000],
])('A message without an actor rests longer after each look: after %i, %i ms', (looks, expected) => {
  expect(unroutedDelay(looks)).toBe(expected);
});

it('makes so many looks in ten minutes that one worker among five is certain to come to it', () => {
  let [looks, passed] = [0, 0];
  while (passed < 600_000) passed += unroutedDelay(looks++);
  expect((4 / 5) ** looks).toBeLessThan(1e-10);
});
