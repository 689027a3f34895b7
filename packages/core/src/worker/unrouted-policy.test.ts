import { expect, it } from 'vitest';
import { unroutedDelay } from './unrouted-policy.js';

it.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [1_000_000, 5_000],
])('doubles the delay after each unrouted delivery: after %i, %i ms', (deliveries, expected) => {
  expect(unroutedDelay(deliveries)).toBe(expected);
});

it('delivers often enough in ten minutes that one worker among five gets the message', () => {
  let [deliveries, passed] = [0, 0];
  while (passed < 600_000) passed += unroutedDelay(deliveries++);
  expect((4 / 5) ** deliveries).toBeLessThan(1e-10);
});
