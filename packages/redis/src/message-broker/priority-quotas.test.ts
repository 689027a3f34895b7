import { describe, expect, it } from 'vitest';
import { quotasOf } from './priority-quotas.js';

describe('quotasOf', () => {
  it('gives 10, 3 and 1 of 14 turns, wherever it starts', () => {
    for (let first = 0; first < 14; first++) expect(quotasOf(first, 14)).toEqual({ high: 10, medium: 3, low: 1 });
  });

  it('starts with high', () => expect(quotasOf(0, 1)).toEqual({ high: 1, medium: 0, low: 0 }));

  it('continues where it stopped', () => {
    const inSteps = [quotasOf(0, 5), quotasOf(5, 9)];
    expect(inSteps[0]!.low + inSteps[1]!.low).toBe(1);
    expect(inSteps[0]!.medium + inSteps[1]!.medium).toBe(3);
  });
});
