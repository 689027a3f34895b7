import { describe, expect, it } from 'vitest';
import type { Priority } from '../message/index.js';
import { WeightedRoundRobin } from './weighted-round-robin.js';

describe('WeightedRoundRobin', () => {
  it('takes 10 high, 3 medium and 1 low in a round', () => {
    const round = [...Array(10).fill('high'), ...Array(3).fill('medium'), 'low'];
    expect(take(new WeightedRoundRobin(), 28, ['high', 'medium', 'low'])).toEqual([...round, ...round]);
  });

  it('gives the share of an empty priority to the others', () => {
    expect(take(new WeightedRoundRobin(), 8, ['medium', 'low'])).toEqual([
      ...Array(3).fill('medium'),
      'low',
      ...Array(3).fill('medium'),
      'low',
    ]);
    expect(take(new WeightedRoundRobin(), 3, ['low'])).toEqual(['low', 'low', 'low']);
  });

  it('returns undefined when all are empty, and continues later', () => {
    const roundRobin = new WeightedRoundRobin();
    expect(roundRobin.next(() => false)).toBeUndefined();
    expect(take(roundRobin, 1, ['low'])).toEqual(['low']);
  });

  it('peeks without changing the round', () => {
    const roundRobin = new WeightedRoundRobin();
    take(roundRobin, 12, ['high', 'medium', 'low']);
    const ahead = take(roundRobin.copy(), 5, ['high', 'medium', 'low']);
    expect(take(roundRobin, 5, ['high', 'medium', 'low'])).toEqual(ahead);
  });
});

function take(roundRobin: WeightedRoundRobin, count: number, having: Priority[]): (Priority | undefined)[] {
  return Array.from({ length: count }, () => roundRobin.next((priority) => having.includes(priority)));
}
