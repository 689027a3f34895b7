import * as fc from 'fast-check';

/** Values of every kind, including hostile ones. Most can be written as JSON; the others lose something. */
export function anyValue(): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 3, arbitrary: mostly(fc.jsonValue()) }, fc.anything(EVERY_KIND), mostly(odd()));
}

/** The value, or the value nested in others. */
function mostly(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const key = fc.oneof(fc.string(), fc.constantFrom('a', '__proto__', 'constructor', 'prototype', 'toString'));
  return fc.oneof(
    value,
    fc.array(fc.oneof(fc.jsonValue(), value), { maxLength: 4 }),
    fc.array(fc.tuple(key, fc.oneof(fc.jsonValue(), value)), { maxLength: 4 }).map(fieldsOf),
  );
}

const EVERY_KIND: fc.ObjectConstraints = {
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
};

class Plain {
  readonly a = 1;
  readonly b = [undefined, 'two'];
}

class WithToJson {
  constructor(private readonly value: unknown) {}

  toJSON(): unknown {
    return this.value;
  }
}

function odd(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(Number.NaN, -0, undefined, new Date(Number.NaN), new Date(5), /x/, new Error('no')),
    fc.constantFrom<unknown>(Symbol('s'), () => 1, new URLSearchParams('a=1'), new URL('http://a/'), new Plain()),
    fc.constantFrom<unknown>(Buffer.from('bytes'), new WeakMap(), Object.create(new Plain()), '\u0000', '\ud800'),
    fc.jsonValue().map((value) => new WithToJson(value)),
    fc
      .constantFrom<unknown>(Number.NaN, undefined, new Map(), new Date(5), () => 1, new WithToJson(1))
      .map((value) => new WithToJson(value)),
  );
}

function fieldsOf(entries: readonly (readonly [string, unknown])[]): object {
  const fields = {};
  for (const [key, value] of entries)
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  return fields;
}

/** The value that a reader gets from the JSON of a value. */
export function asRead(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}

/**
 * True if JSON has no form for something in the value, or readers refuse it. A slow check that follows the JSON
 * specification exactly.
 */
export function isLossy(value: unknown, isConverted = false): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return ['bigint', 'function', 'symbol'].includes(typeof value);
  if (ArrayBuffer.isView(value)) return true;
  if (value instanceof Date && Number.isNaN(value.getTime())) return true;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function' && !isConverted) return isLossy(toJSON.call(value, ''), true);
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, at) => !(at in value) || isLossy(value[at])).includes(true);
  if ([Number, String, Boolean].some((type) => value instanceof type)) return isLossy(value.valueOf());
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (['BigInt', 'Symbol', 'Map', 'Set', 'Error', 'RegExp', 'Date', 'Promise'].includes(type)) return true;
  if (type !== 'Object' && Object.keys(value).length === 0) return true;
  return Object.entries(value).some(([key, member]) => isLossy(member) || isPoison(key, member));
}

function isPoison(key: string, member: unknown): boolean {
  const written = JSON.stringify(member);
  if (key === '__proto__') return written !== undefined;
  return (
    key === 'constructor' &&
    written !== undefined &&
    /^\{.*"prototype":/.test(written) &&
    Object.hasOwn(asRead(member) as object, 'prototype')
  );
}
