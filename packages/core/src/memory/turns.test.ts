import { describe, expect, it } from 'vitest';
import type { Priority } from '../message/index.js';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('gives 10 high, 3 medium and 1 low in a round', () => {
    const round = [...Array(10).fill('high'), ...Array(3).fill('medium'), 'low'];
    expect(take(new Turns(), 28, ['high', 'medium', 'low'])).toEqual([...round, ...round]);
  });

  it('gives all to those that have something', () => {
    expect(take(new Turns(), 8, ['medium', 'low'])).toEqual([
      ...Array(3).fill('medium'),
      'low',
      ...Array(3).fill('medium'),
      'low',
    ]);
    expect(take(new Turns(), 3, ['low'])).toEqual(['low', 'low', 'low']);
  });

  it('gives nothing where nobody has something, and goes on', () => {
    const turns = new Turns();
    expect(turns.next(() => false)).toBeUndefined();
    expect(take(turns, 1, ['low'])).toEqual(['low']);
  });

  it('looks ahead without changing whose turn it is', () => {
    const turns = new Turns();
    take(turns, 12, ['high', 'medium', 'low']);
    const ahead = take(turns.copy(), 5, ['high', 'medium', 'low']);
    expect(take(turns, 5, ['high', 'medium', 'low'])).toEqual(ahead);
  });
});

function take(turns: Turns, count: number, having: Priority[]): (Priority | undefined)[] {
  return Array.from({ length: count }, () => turns.next((priority) => having.includes(priority)));
}
