import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { PayloadParameter } from '../actor/index.js';
import { PayloadValidationError } from '../errors/index.js';
import { BasicConverter, type Conversion, type PayloadClass } from './index.js';

const source = (value: unknown) => ({ value, bytes: Buffer.from(JSON.stringify(value) ?? '') });
const parameter = (rest: Omit<PayloadParameter, 'from'> = {}): PayloadParameter => ({ from: 'payload', ...rest });

async function convert(value: unknown, ...parameters: PayloadParameter[]): Promise<unknown> {
  try {
    return await new BasicConverter().convertInputs(source(value), parameters, 'Mail.send');
  } catch (error) {
    if (!(error instanceof PayloadValidationError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

const many = (length: number, value: unknown) => Array.from({ length }, () => value);

describe('BasicConverter', () => {
  it.each<[string, Omit<PayloadParameter, 'from'>, unknown, unknown]>([
    ['undeclared', {}, { a: 1 }, { a: 1 }],
    ['undeclared, missing', {}, undefined, undefined],
    ['an object', { type: Object }, { a: 1 }, { a: 1 }],
    ['text', { type: String }, 'a', 'a'],
    ['a number', { type: Number }, 0, 0],
    ['true or false', { type: Boolean }, false, false],
    ['an array', { type: Array }, [1], [1]],
    ['a date from text', { type: Date }, '2024-05-01T00:00:00Z', new Date('2024-05-01T00:00:00Z')],
    ['a date from milliseconds', { type: Date }, 5, new Date(5)],
    ['an array of texts', { type: Array, items: String }, ['a', 'b'], ['a', 'b']],
    ['an array of dates', { type: Array, items: Date }, [5], [new Date(5)]],
    ['an array of nothing', { type: Array, items: String }, [], []],
    ['optional, missing', { type: String, optional: true }, undefined, undefined],
    ['optional, null', { type: String, optional: true }, null, null],
    ['by a schema', { schema: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) }, { n: '5' }, { n: 5 }],
    ['by a schema with a default', { schema: v.optional(v.number(), 7) }, undefined, 7],
  ])('accepts a payload: %s', async (_, declared, value, expected) => {
    expect(await convert(value, parameter(declared))).toEqual([expected]);
  });

  it.each<[Omit<PayloadParameter, 'from'>, unknown, string]>([
    [{ type: String }, 5, ': expected text, received a number'],
    [{ type: Number }, '5', ': expected a number, received text'],
    [{ type: Number }, null, ': the payload is missing'],
    [{ type: Boolean }, 0, ': expected true or false, received a number'],
    [{ type: Array }, {}, ': expected an array, received an object'],
    [{ type: String }, [], ': expected text, received an array'],
    [{ type: Date }, 'someday', ': expected a date, received text'],
    [{ type: Array, items: Number }, 'x', ': expected an array'],
    [{ type: Array, items: Number }, [1, '2', null], '1: expected a number, received text'],
    [{ schema: v.object({ n: v.number() }) }, { n: 'x' }, 'n: Invalid type: Expected number but received "x"'],
  ])('refuses, for %j, the payload %j', async (declared, value, issue) => {
    expect(await convert(value, parameter(declared))).toContain(issue);
  });

  it('reads fields by name, and lists all issues', async () => {
    const fields = [
      parameter({ field: 'userId', type: Number }),
      parameter({ field: 'userName', type: String }),
      parameter({ field: 'tags', type: Array, items: String }),
    ];
    expect(await convert({ userId: 1, userName: 'Alex', tags: ['a'] }, ...fields)).toEqual([1, 'Alex', ['a']]);
    expect(await convert({ userId: '1', tags: ['a', 2] }, ...fields)).toEqual([
      'userId: expected a number, received text',
      'userName: is missing',
      'tags.1: expected text, received a number',
    ]);
  });

  it.each([null, undefined, {}, { other: 1 }])('finds no field in %j', async (value) => {
    expect(await convert(value, parameter({ field: 'length', type: Number }))).toEqual(['length: is missing']);
  });

  it.each([
    [5, Number, [5]],
    ['text', Number, ['length: expected a number, received text']],
    [[1], Array, [[1]]],
  ])('takes %j, which has no fields, as the only field', async (value, type, expected) => {
    expect(await convert(value, parameter({ field: 'length', type }))).toEqual(expected);
  });

  it.each([5, 'text', [1]])('finds no fields in %j for an actor that takes several', async (value) => {
    const fields = ['length', 'size'].map((field) => parameter({ field, type: Number }));
    expect(await convert(value, ...fields)).toEqual(['length: is missing', 'size: is missing']);
  });

  it('ignores fields of a prototype', async () => {
    expect(await convert({}, parameter({ field: 'toString' }))).toEqual(['toString: is missing']);
  });

  it('names the path within a field that a schema checks', async () => {
    const schema = v.object({ list: v.array(v.object({ n: v.number() })) });
    const issues = await convert({ order: { list: [{ n: 1 }, { n: 'x' }] } }, parameter({ field: 'order', schema }));
    expect(issues).toEqual(['order.list.1.n: Invalid type: Expected number but received "x"']);
  });

  it.each([Uint8Array, Buffer])(
    'passes the bytes to a parameter of type %o, whether the payload was decoded or not',
    async (type) => {
      const payload = {
        bytes: Buffer.from('not JSON'),
        get value(): unknown {
          throw new Error('not to be asked for');
        },
      };
      expect(await new BasicConverter().convertInputs(payload, [parameter({ type })], 'x')).toEqual([payload.bytes]);
    },
  );

  it('names the actor whose payload is invalid', () => {
    const convertFive = () => new BasicConverter().convertInputs(source(5), [parameter({ type: String })], 'Mail.send');
    expect(convertFive).toThrow('Payload of "Mail.send" is not valid: expected text, received a number.');
  });

  it('can be extended to convert classes', async () => {
    class Point {
      constructor(readonly x: number) {}
    }
    class Taught extends BasicConverter {
      protected override convertClass(value: unknown, type: PayloadClass, path: string): Conversion {
        const { x } = value as Point;
        return typeof x === 'number'
          ? { value: new (type as typeof Point)(x) }
          : { issues: [{ path, message: 'no point' }] };
      }
    }
    const convertAll = async (value: unknown) =>
      new Taught().convertInputs(source(value), [parameter({ items: Point })], 'x');
    expect(await convertAll([{ x: 1 }])).toEqual([[new Point(1)]]);
    await expect(convertAll([{ x: 1 }, {}])).rejects.toThrow('"1": no point');
  });

  it('is synchronous if nothing is asynchronous', () => {
    const fields = [parameter({ field: 'a', schema: v.string() }), parameter({ field: 'b', items: Number })];
    expect(new BasicConverter().convertInputs(source({ a: 'x', b: [1] }), fields, 'x')).toEqual(['x', [1]]);
  });

  it('keeps the order of asynchronous items, and lists the issues of each', async () => {
    const slow = v.pipeAsync(
      v.number(),
      v.checkAsync(async (value) => Promise.resolve(value > 0), 'too small'),
    );
    const fields = [
      parameter({ field: 'a' }),
      parameter({ field: 'b', schema: slow }),
      parameter({ field: 'c', type: Number }),
    ];
    expect(await convert({ a: 1, b: 2, c: 3 }, ...fields)).toEqual([1, 2, 3]);
    expect(await convert({ a: 1, b: -2, c: 'x' }, ...fields)).toEqual([
      'b: too small',
      'c: expected a number, received text',
    ]);
  });

  it('converts other items while one is pending', async () => {
    class Slow {
      readonly kind = 'slow';
    }
    let open = 0;
    class Taught extends BasicConverter {
      protected override convertClass(value: unknown): Conversion | Promise<Conversion> {
        open += 1;
        return value === 0 ? { value } : Promise.resolve({ value: (value as number) * 10 });
      }
    }
    const converted = new Taught().convertInputs(source([0, 1, 2]), [parameter({ items: Slow })], 'x');
    expect(open).toBe(3);
    expect(await converted).toEqual([[0, 10, 20]]);
  });

  it('reports a limited number of issues', async () => {
    let converted = 0;
    class Taught extends BasicConverter {
      protected override convertClass(value: unknown, _type: PayloadClass, path: string): Conversion {
        converted += 1;
        return value === 'good' ? { value } : { issues: [{ path, message: 'no' }] };
      }
    }
    class Item {
      readonly kind = 'item';
    }
    const items = (value: unknown) => () =>
      new Taught().convertInputs(source(value), [parameter({ items: Item })], 'x');
    expect(items(many(400, {}))).toThrow(/"19": no\. Validation stops at 20 issues\.$/);
    expect(converted).toBe(20);
    converted = 0;
    await expect(items([...many(900, 'good'), ...many(400_000, {})])()).rejects.toThrow(
      /^Payload of "x" is not valid: "900": no; .*; "919": no\. Validation stops at 20 issues\.$/,
    );
    expect(converted).toBe(920);
  });

  it('yields to the event loop while it converts a large array', async () => {
    let atAStretch = 0;
    let longest = 0;
    class Taught extends BasicConverter {
      protected override convertClass(value: unknown): Conversion {
        longest = Math.max(longest, (atAStretch += 1));
        return { value };
      }
    }
    class Item {
      readonly kind = 'item';
    }
    let isDone = false;
    const converting = Promise.resolve(
      new Taught().convertInputs(source(many(5_000, 'x')), [parameter({ items: Item })], 'x'),
    ).finally(() => (isDone = true));
    while (!isDone) {
      atAStretch = 0;
      await new Promise(setImmediate);
    }
    expect(((await converting)[0] as unknown[]).length).toBe(5_000);
    expect(longest).toBeLessThanOrEqual(1_000);
  });

  it("reports a limited number of a schema's issues", async () => {
    const issues = await convert(many(1_000, {}), parameter({ schema: v.array(v.object({ n: v.number() })) }));
    expect(issues).toHaveLength(20);
  });

  it('returns outputs unchanged', () => {
    expect(new BasicConverter().convertOutputs(5)).toBe(5);
  });
});
