import { expect, it } from 'vitest';
import { unroutedDelay } from './unrouted-policy.js';

it.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [1_000_000, 5_000],
])('doubles the delay after each unrouted delivery: after %i, half to all of %i ms', (deliveries, longest) => {
  expect(unroutedDelay(deliveries, 0)).toBe(longest / 2);
  expect(unroutedDelay(deliveries, 1)).toBe(longest);
});

it('delivers often enough in ten minutes that one worker among five gets the message', () => {
  let [deliveries, passed] = [0, 0];
  while (passed < 600_000) passed += unroutedDelay(deliveries++, 1);
  expect((4 / 5) ** deliveries).toBeLessThan(1e-10);
});
