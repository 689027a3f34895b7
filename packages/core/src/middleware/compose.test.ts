import { describe, expect, it } from 'vitest';
import { compose, type Layer } from './compose.js';

describe('compose', () => {
  const noting =
    (order: string[], name: string): Layer<number, string> =>
    async (input, next) => {
      order.push(`${name} in ${input}`);
      const output = await next(input + 1);
      order.push(`${name} out`);
      return `${name}(${output})`;
    };

  it('puts the first layer outermost, and passes on changed inputs', async () => {
    const order: string[] = [];
    const run = compose([noting(order, 'a'), noting(order, 'b')], async (input) => `core ${input}`);
    expect(await run(1)).toBe('a(b(core 3))');
    expect(order).toEqual(['a in 1', 'b in 2', 'b out', 'a out']);
  });

  it('passes on the input if next() gets no argument', async () => {
    expect(await compose<number, number>([(_, next) => next()], async (input) => input)(5)).toBe(5);
  });

  it('calls the innermost step directly without layers', async () => {
    expect(await compose<number, number>([], async (input) => input * 2)(5)).toBe(10);
  });

  it('can run repeatedly and concurrently', async () => {
    const run = compose<number, number>([async (input, next) => (await next(input)) + 1], async (input) => input);
    expect(await Promise.all([1, 2, 3].map((input) => run(input)))).toEqual([2, 3, 4]);
  });

  it('rejects if a layer throws synchronously', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    await expect(compose<number, number>([fail], async (input) => input)(1)).rejects.toThrow('broken');
  });
});
