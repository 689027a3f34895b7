import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls } from './escape.js';
import { show } from './show.js';

class Account {
  name = 'x';
}

describe('A value in an error message', () => {
  it.each<[unknown, string]>([
    ['text', '"text"'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [1n, '1n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [{ delay: Number.NaN, left: undefined, f: () => 1, n: 1n }, '{"delay":NaN,"f":a function,"n":1n}'],
    [[undefined, Number.NaN, null], '[undefined,NaN,null]'],
    [new Map(), 'a Map'],
    [{ in: new Set([1]) }, '{"in":a Set}'],
    [new Uint8Array(3), 'a Uint8Array'],
    [new TypeError('x'), 'a TypeError'],
    [Promise.resolve(), 'a Promise'],
    [new Account(), '{"name":"x"}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ a: 'x'.repeat(500) }, `{"a":"${'x'.repeat(194)}...`],
    ['x'.repeat(500), `"${'x'.repeat(199)}...`],
  ])('%#: is shown in a readable form', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('is not traversed completely if it is large', () => {
    let reads = 0;
    const watched = { toJSON: () => (reads += 1) };
    show(Array.from({ length: 100_000 }, () => watched));
    expect(reads).toBeLessThan(100);
    expect(show(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, n])), 1_000)).toContain(
      '"...":...',
    );
  });

  it('never throws, and has limited length', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect(show(value).length).toBeLessThanOrEqual(203);
      }),
    );
  });
});

describe('escapeControls', () => {
  it.each([
    ['plain "text" ä 😀', 'plain "text" ä 😀'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[2J\u0000\u0085', '\\u001b[2J\\u0000\\u0085'],
    ['\u2028\u202e\u2066', '\\u2028\\u202e\\u2066'],
  ])('writes %j on one line', (text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });
});
