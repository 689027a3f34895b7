import { describe, expect, it } from 'vitest';
import { type Fate, fateOf } from './fate.js';

describe('A message that has lost its worker', () => {
  it.each<[number, number, Fate]>([
    [1, 1, 'suspect'],
    [1, 2, 'suspect'],
    [1, 3, 'delivered-again'],
    [2, 3, 'suspect'],
    [3, 5, 'delivered-again'],
    [4, 5, 'suspect'],
    [20, 5, 'suspect'],
    [21, 5, 'given-up'],
    [5, 1, 'given-up'],
  ])('%i times, with %i allowed, beside others, is %s', (deaths, maxDeliveries, fate) => {
    expect(fateOf({ deaths, ranAlone: false, wasExhausted: false }, maxDeliveries)).toBe(fate);
  });

  it.each<[number, Fate]>([
    [5, 'exhausted'],
    [20, 'exhausted'],
    [21, 'given-up'],
  ])('%i times, with 5 allowed, the last time alone, is %s', (deaths, fate) => {
    expect(fateOf({ deaths, ranAlone: true, wasExhausted: false }, 5)).toBe(fate);
  });

  it('that was to refuse it, is given up', () => {
    expect(fateOf({ deaths: 6, ranAlone: true, wasExhausted: true }, 5)).toBe('given-up');
  });
});
