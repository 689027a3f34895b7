import { describe, expect, it } from 'vitest';
import { type LossOutcome, outcomeOfLoss } from './loss-outcome.js';

describe('A message that lost its worker', () => {
  it.each<[number, number, LossOutcome]>([
    [1, 1, 'suspect'],
    [1, 2, 'suspect'],
    [1, 3, 'redelivered'],
    [2, 3, 'suspect'],
    [3, 5, 'redelivered'],
    [4, 5, 'suspect'],
    [20, 5, 'suspect'],
    [21, 5, 'dead-lettered'],
    [5, 1, 'dead-lettered'],
  ])('%i times, with %i allowed, together with other messages, is %s', (losses, maxDeliveries, outcome) => {
    expect(outcomeOfLoss({ losses, ranAlone: false, wasExhausted: false }, maxDeliveries)).toBe(outcome);
  });

  it.each<[number, LossOutcome]>([
    [5, 'exhausted'],
    [20, 'exhausted'],
    [21, 'dead-lettered'],
  ])('%i times, with 5 allowed, the last time alone, is %s', (losses, outcome) => {
    expect(outcomeOfLoss({ losses, ranAlone: true, wasExhausted: false }, 5)).toBe(outcome);
  });

  it('is dead-lettered if the worker was to refuse it', () => {
    expect(outcomeOfLoss({ losses: 6, ranAlone: true, wasExhausted: true }, 5)).toBe('dead-lettered');
  });
});
