import { describe, expect, it } from 'vitest';
import { isTooOld } from './server-check.js';

describe('isTooOld', () => {
  it.each([
    ['5.0.14', true],
    ['6.0.20', true],
    ['6.2.0', false],
    ['7.0.15', false],
    ['8.2.1', false],
    ['unknown', false],
  ])('%s: %s', (version, expected) => expect(isTooOld(version)).toBe(expected));
});
