import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../errors/index.js';
import { parseDuration, toMilliseconds } from './index.js';

describe('A duration', () => {
  it.each([
    [0, 0],
    [1.5, 1.5],
    ['250ms', 250],
    ['5s', 5_000],
    ['10 minutes', 600_000],
    ['2w', 1_209_600_000],
    ['100', 100],
  ])('%j is %i ms', (duration, expected) => {
    expect(toMilliseconds(duration, 'x')).toBe(expected);
  });

  it.each([
    -1,
    '-5s',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'soon',
    '5 parsecs',
    'x'.repeat(200),
    null,
    undefined,
    {},
  ])('%j is not a duration', (duration) => {
    expect(parseDuration(duration)).toBeUndefined();
  });

  it('is refused with the name of the option if it is invalid', () => {
    expect(() => toMilliseconds('soon', 'timeout')).toThrow(InvalidOptionError);
    expect(() => toMilliseconds('soon', 'timeout')).toThrow('"timeout" is "soon", which is not a duration.');
  });
});
