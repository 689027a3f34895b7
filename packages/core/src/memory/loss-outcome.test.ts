import { describe, expect, it } from 'vitest';
import { type LossOutcome, outcomeOfLoss } from './loss-outcome.js';

describe('A message that lost its worker', () => {
  it.each<[number, number, LossOutcome]>([
    [1, 1, 'suspect'],
    [1, 2, 'suspect'],
    [1, 3, 'suspect'],
    [1, 4, 'redelivered'],
    [2, 4, 'suspect'],
    [2, 5, 'redelivered'],
    [3, 5, 'suspect'],
    [20, 5, 'suspect'],
    [21, 5, 'dead-lettered'],
    [5, 1, 'dead-lettered'],
  ])('%i times, with %i allowed, together with other messages, is %s', (losses, maxDeliveries, outcome) => {
    expect(outcomeOfLoss({ losses, lossesAlone: 0, wasExhausted: false }, maxDeliveries)).toBe(outcome);
  });

  it.each<[number, number, LossOutcome]>([
    [4, 1, 'suspect'],
    [5, 2, 'exhausted'],
    [20, 1, 'suspect'],
    [20, 2, 'exhausted'],
    [21, 1, 'dead-lettered'],
  ])('%i times, with 5 allowed, %i of them alone, is %s', (losses, lossesAlone, outcome) => {
    expect(outcomeOfLoss({ losses, lossesAlone, wasExhausted: false }, 5)).toBe(outcome);
  });

  it('is dead-lettered if the worker was to refuse it', () => {
    expect(outcomeOfLoss({ losses: 6, lossesAlone: 2, wasExhausted: true }, 5)).toBe('dead-lettered');
  });
});
