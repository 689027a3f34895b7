import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialRetry } from './index.js';

const DAY = 86_400_000;

describe('The exponential retry policy', () => {
  it.each([
    [1, 10_000],
    [2, 20_000],
    [5, 160_000],
    [14, 81_920_000],
    [15, DAY],
    [5_000, DAY],
  ])('without jitter waits before retry %i for %i ms', (retry, expected) => {
    expect(exponentialRetry({ jitter: 0 })(retry, undefined)).toBe(expected);
  });

  it('subtracts at most a quarter as jitter, and adds nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, chance) => {
          const full = Math.min(DAY, 10_000 * 2 ** (retry - 1));
          const wait = exponentialRetry({ random: () => chance })(retry, undefined) as number;
          expect(wait).toBeLessThanOrEqual(full);
          expect(wait).toBeGreaterThanOrEqual(full * 0.75 - 1);
        },
      ),
    );
  });

  it('spreads retries by jitter', () => {
    const waits = new Set(Array.from({ length: 50 }, () => exponentialRetry()(10, undefined)));
    expect(waits.size).toBeGreaterThan(10);
  });

  it('grows by the given factor', () => {
    const policy = exponentialRetry({ first: 100, factor: 3, longest: 1_000, jitter: 0 });
    expect([1, 2, 3, 4].map((retry) => policy(retry, undefined))).toEqual([100, 300, 900, 1_000]);
  });
});
