import { describe, expect, it } from 'vitest';
import { asNextRun, isSameEnqueueing, nextNonce } from './nonce.js';

describe('The nonce of the next run', () => {
  it.each([
    [undefined, '.1'],
    ['.1', '.2'],
    ['.9', '.10'],
    ['token', 'token.1'],
    ['token.41', 'token.42'],
    ['what another wrote.here', 'what another wrote.1'],
  ])('after %s is %s', (nonce, next) => {
    expect(nextNonce(nonce)).toBe(next);
  });

  it('is added to the other headers', () => {
    expect(asNextRun({ topic: 'work', 'repid-nonce': 'token' })).toEqual({ topic: 'work', 'repid-nonce': 'token.1' });
    expect(asNextRun({ topic: 'work' })).toEqual({ topic: 'work', 'repid-nonce': '.1' });
  });
});

describe('Two nonces', () => {
  it.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, '.7', true],
    ['token', 'token', true],
    ['token', 'token.3', true],
    ['token.1', 'token.3', true],
    ['token', 'other', false],
    ['token', undefined, false],
    ['token', '.1', false],
    ['token.1', 'tokens.1', false],
  ])('%s and %s belong to the same enqueueing: %s', (one, other, same) => {
    expect(isSameEnqueueing(one, other)).toBe(same);
    expect(isSameEnqueueing(other, one)).toBe(same);
  });
});
