import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerializationError } from '../errors/index.js';
import { jsonSerializer } from './index.js';

const { encode, decode } = jsonSerializer;
const read = (text: string): unknown => decode(Buffer.from(text));

describe('The JSON serializer', () => {
  it('reads what it has written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/__proto__|constructor/.test(JSON.stringify(value)));
        expect(decode(encode(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [undefined, 'null'],
    [() => 1, 'null'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['ä', '"ä"'],
  ])('writes %s as %s', (value, text) => {
    expect(Buffer.from(encode(value)).toString()).toBe(text);
  });

  it('reads a part of a larger buffer', () => {
    const buffer = Buffer.from('xx{"a":1}xx');
    expect(decode(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 7))).toEqual({ a: 1 });
  });

  it('refuses to write cycles and BigInts', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => encode(loop)).toThrow(SerializationError);
    expect(() => encode(1n)).toThrow(SerializationError);
  });

  it('refuses to write what fails to tell its form', () => {
    const broken = {
      toJSON() {
        throw new Error('no form');
      },
    };
    expect(() => encode(broken)).toThrow('no form');
    expect(() => encode(broken)).toThrow(SerializationError);
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

  it('reads a mere "constructor"', () => {
    expect(read('{"constructor":"Bob"}')).toEqual({ constructor: 'Bob' });
  });
});
