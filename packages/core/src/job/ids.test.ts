import { describe, expect, it } from 'vitest';
import { derivedId } from './derived-id.js';
import { newId } from './new-id.js';

const ID = /^[\w-]{21}$/;

describe('New ids', () => {
  it('are short, safe in a key or a path, and unique', () => {
    const ids = Array.from({ length: 10_000 }, newId);
    for (const id of ids) expect(id).toMatch(ID);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('Derived ids', () => {
  it('are equal for equal texts, and have the form of new ids', () => {
    expect(derivedId('one', '5', '0')).toBe(derivedId('one', '5', '0'));
    expect(derivedId('one', '5', '0')).toMatch(ID);
  });

  it.each([
    ['another parent', ['two', '5', '0']],
    ['another position', ['one', '5', '1']],
    ['the same characters, divided differently', ['one5', '0']],
  ])('differ for %s', (_what, texts) => {
    expect(derivedId(...texts)).not.toBe(derivedId('one', '5', '0'));
  });
});
