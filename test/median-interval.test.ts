import { describe, expect, it } from 'vitest';
import { compare } from '../bench/src/check/compare.js';
import { medianInterval } from '../bench/src/check/interval.js';
import type { Target } from '../bench/src/check/targets.js';
import type { Figure } from '../bench/src/figure.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('the interval of a median', () => {
  it.each([
    { count: 0, interval: undefined },
    { count: 4, interval: undefined },
    { count: 5, interval: [1, 5] },
    { count: 7, interval: [1, 7] },
    { count: 8, interval: [2, 7] },
    { count: 25, interval: [8, 18] },
  ])('of $count values is $interval', ({ count, interval }) => {
    expect(medianInterval(upTo(count))).toEqual(interval);
  });

  it('does not depend on the order of the values', () => {
    expect(medianInterval([3, 10, 1, 2, 4])).toEqual([1, 10]);
  });
});

describe('a target', () => {
  const target: Target = { part: 'heap', scenario: 'all', ours: 'repid job', bound: 'at least', factor: 3 };
  const figureOf = (values: readonly number[]): Figure => ({
    ...{ part: 'heap', scenario: 'all', subject: 'repid', variant: 'job', unit: 'ratio', better: 'higher' },
    median: 0,
    samples: values.map((value) => ({ value })),
  });

  it.each([
    { values: [1, 2, 3, 4, 5], verdict: 'met' },
    { values: [1, 2, 2.9, 4, 5], verdict: 'within noise' },
    { values: [1, 1, 2, 2, 2.9], verdict: 'missed' },
    { values: [2.9], verdict: 'missed' },
    { values: [3], verdict: 'met' },
    { values: [2, 2.9, 2.9, 4], verdict: 'missed' },
  ])('is $verdict by $values', ({ values, verdict }) => {
    expect(compare(target, [figureOf(values)]).verdict).toBe(verdict);
  });

  it('is met by smaller values if it is an upper bound', () => {
    const atMost: Target = { ...target, bound: 'at most' };
    expect(compare(atMost, [figureOf([1, 2, 3.1, 4, 5])]).verdict).toBe('within noise');
    expect(compare(atMost, [figureOf([3.1, 4, 5, 6, 7])]).verdict).toBe('missed');
  });

  it('is not measured without its figure', () => {
    expect(compare(target, []).verdict).toBe('not measured');
  });
});
