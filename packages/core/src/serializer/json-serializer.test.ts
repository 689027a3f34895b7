import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { SerializationError } from '../errors/index.js';
import { anyValue, asRead, isLossy } from './any-value.test-support.js';
import { jsonSerializer } from './index.js';

const { encode, decode } = jsonSerializer;
const read = (text: string): unknown => decode(Buffer.from(text));
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** Why `encode` refuses the value; undefined if it writes it. */
function refusalOf(value: unknown): string | undefined {
  try {
    encode(value, 'args');
    return undefined;
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error;
    return error.message;
  }
}

/** Returns the value after encoding and decoding, or that it was refused. */
function outcomeOf(value: unknown): unknown {
  return refusalOf(value) === undefined ? { read: decode(encode(value)) } : 'refused';
}

class Money {
  constructor(
    readonly amount: unknown,
    readonly currency: string,
  ) {}
}

describe('The JSON serializer', () => {
  it('decodes accepted values by the rules of JSON, and refuses values that JSON would change', () => {
    fc.assert(
      fc.property(anyValue(), (value) => {
        expect(outcomeOf(value)).toEqual(isLossy(value) ? 'refused' : { read: asRead(value) });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'null'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [[undefined, null], '[null,null]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['ä', '"ä"'],
    ['\ud800\u0000', '"\\ud800\\u0000"'],
    [-0, '0'],
    [new Money(5, 'EUR'), '{"amount":5,"currency":"EUR"}'],
    [Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    [{ [Symbol('hidden')]: 1, a: Object(true) as object, b: Object('x') as object }, '{"a":true,"b":"x"}'],
    [{ a: { toJSON: () => [new Date(0)] } }, '{"a":["1970-01-01T00:00:00.000Z"]}'],
    [{ constructor: 'Bob', prototype: 1 }, '{"constructor":"Bob","prototype":1}'],
    [new URL('http://a/b'), '"http://a/b"'],
  ])('writes %o as %s', (value, text) => {
    expect(Buffer.from(encode(value)).toString()).toBe(text);
  });

  it('passes the key to toJSON, and calls it once', () => {
    const keys: string[] = [];
    const converted = { toJSON: (key: string) => (keys.push(key), { key, toJSON: 'no function' }) };
    const written = decode(encode({ one: converted, many: [converted] }));
    expect(written).toEqual({
      one: { key: 'one', toJSON: 'no function' },
      many: [{ key: '0', toJSON: 'no function' }],
    });
    expect(keys).toEqual(['one', '0']);
  });

  it('writes a BigInt if BigInt.prototype has a toJSON', () => {
    const prototype = BigInt.prototype as { toJSON?: () => unknown };
    prototype.toJSON = function toText(this: bigint) {
      return this.toString();
    };
    try {
      expect(decode(encode({ big: 5n }))).toEqual({ big: '5' });
    } finally {
      delete prototype.toJSON;
    }
  });

  it('does not change its argument', () => {
    const inner = { at: new Money(1, 'EUR'), converted: { toJSON: () => 'text' } };
    const value = { list: [inner], inner };
    encode(value);
    expect(value).toEqual({ list: [inner], inner });
    expect(value.inner.converted).toHaveProperty('toJSON');
  });

  it.each<[string, unknown, string]>([
    [
      'NaN',
      { items: [1, 2, 3, { price: Number.NaN }] },
      'args.items[3].price is NaN, which JSON writes as null. Give null, or text.',
    ],
    ['Infinity', [Number.NEGATIVE_INFINITY], 'args[0] is -Infinity'],
    ['a number in an object', { n: Object(Number.NaN) as unknown }, 'args.n is NaN'],
    [
      'an invalid date',
      { at: new Date(Number.NaN) },
      'args.at is an invalid Date, which JSON writes as null. Give a valid one, or null.',
    ],
    ['a date out of range', { at: new Date(8.64e15 + 1) }, 'args.at is an invalid Date'],
    [
      'a Map',
      { 'a b': new Map([[1, 2]]) },
      'args["a b"] is a Map, of which JSON writes nothing. Give Object.fromEntries(map)',
    ],
    ['a Set', new Set([1]), 'args is a Set, of which JSON writes nothing. Give an array, by [...set].'],
    [
      'an Error',
      [new TypeError('secret')],
      'args[0] is a TypeError, of which JSON writes nothing. Give what is to be kept of it',
    ],
    ['a RegExp', /x/, 'args is a RegExp'],
    [
      'a promise',
      { user: Promise.resolve(1) },
      'args.user is a Promise, of which JSON writes nothing. Await it first.',
    ],
    [
      'another object without fields',
      new WeakMap(),
      'args is a WeakMap, of which JSON writes nothing. Give plain data.',
    ],
    ['what a toJSON returns', { toJSON: () => ({ map: new Map() }) }, 'args.map is a Map'],
    [
      'a Buffer',
      { file: Buffer.from('x') },
      'args.file is a Buffer, and bytes do not come back as bytes. Give text, such as base64',
    ],
    ['a typed array', new Float64Array(1), 'args is a Float64Array'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'args is an ArrayBuffer, and bytes'],
    ['a BigInt', { n: 1n }, 'args.n is a BigInt, which JSON cannot represent. Give text, by String(value).'],
    ['a function', { call: () => 1 }, 'args.call is a function, which JSON cannot represent. Leave it out'],
    ['a symbol', [Symbol('x')], 'args[0] is a symbol'],
    // eslint-disable-next-line no-sparse-arrays
    ['a hole', { list: [1, , 3] }, 'args.list[1] is a hole in an array, which JSON writes as null'],
    ['four billion holes', { list: Object.assign([], { length: 4e9 }) }, 'args.list[0] is a hole'],
    [
      '__proto__',
      { a: JSON.parse('{"__proto__":{"b":1}}') as unknown },
      'args.a.__proto__ could poison the objects that it is copied into',
    ],
    ['constructor.prototype', { constructor: { prototype: {} } }, 'args.constructor could poison'],
  ])('refuses %s with its path and a remedy', (_, value, message) => {
    expect(refusalOf(value)).toContain(message);
  });

  it('refuses a cycle, and names both paths', () => {
    const loop: Record<string, unknown> = { list: [{ name: 'x' }] };
    loop.list = [loop];
    expect(refusalOf({ loop })).toBe(
      'args.loop.list[0] refers back to args.loop, and JSON cannot represent a cycle. Refer to it by an id.',
    );
  });

  it('refuses to write or read values that are nested too deep, and no others', () => {
    expect(decode(encode(nested(1_000)))).toEqual(nested(1_000));
    expect(refusalOf(nested(1_001))).toMatch(/^args\[0\].*\.\.\..*\[0\] is nested more than 1000 levels deep\. /);
    expect(refusalOf(nested(100_000))).toContain('nested more than 1000 levels deep');
    const fields = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    for (const text of [`[${'['.repeat(1_001)}${']'.repeat(1_001)}]`, fields(50_000)])
      expect(() => read(text)).toThrow('nested more than 1001 levels deep');
    expect(read(fields(1_001))).toBeDefined();
    expect(read(JSON.stringify('['.repeat(5_000)))).toBe('['.repeat(5_000));
  });

  it('limits the path to one line', () => {
    const deep = Array.from({ length: 500 }, (_, level) => `level${level}`).reduceRight<unknown>(
      (inner, key) => ({ [key]: inner }),
      { ['x'.repeat(10_000)]: Number.NaN },
    );
    expect(refusalOf(deep)).toMatch(/^args\.level0\.level1.*\.\.\.\.level495.*x\.\.\."\] is NaN/);
    expect(refusalOf(deep)!.length).toBeLessThan(300);
  });

  it('refuses to write a value whose type cannot be read', () => {
    const broken = {
      toJSON() {
        throw new Error('no form');
      },
    };
    expect(() => encode(broken, 'result')).toThrow('result cannot be written as JSON: no form.');
    expect(() => encode(broken)).toThrow(SerializationError);
  });

  it.each<[string, () => never]>([
    [
      'nothing with a text',
      () => {
        throw Object.create(null);
      },
    ],
    [
      'a message that throws',
      () => {
        throw Object.defineProperty(new Error('x'), 'message', {
          get: () => {
            throw new Error('y');
          },
        });
      },
    ],
  ])('refuses to write a value that throws %s', (_, fail) => {
    expect(
      refusalOf({
        get field() {
          return fail();
        },
      }),
    ).toBe('args cannot be written as JSON: something was thrown that has no text.');
  });

  it('reads a part of a larger buffer', () => {
    const buffer = Buffer.from('xx{"a":1}xx');
    expect(decode(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 7))).toEqual({ a: 1 });
  });

  it.each([
    '',
    '{',
    '{"a":1}}',
    '\u0000',
    '{"__proto__":{"x":1}}',
    '{"a":{"__proto__":1}}',
    '{"constructor":{"prototype":{}}}',
  ])('refuses to read %j', (text) => {
    expect(() => read(text)).toThrow(SerializationError);
  });

  it.each(['"hidden', '{"password":"hidden" 5}', 'hidden', '{"__proto__":"hidden"}', '{"hidden":1'])(
    'names the position of the error in %s without quoting the text',
    (text) => {
      const error = ((): unknown => {
        try {
          return read(text);
        } catch (problem) {
          return problem;
        }
      })();
      expect(error).toBeInstanceOf(SerializationError);
      expect((error as Error).message).not.toContain('hidden');
      expect((error as Error).cause).toBeUndefined();
    },
  );

  it('reads a plain property named "constructor"', () => {
    expect(read('{"constructor":"Bob"}')).toEqual({ constructor: 'Bob' });
  });
});
