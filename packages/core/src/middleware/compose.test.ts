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

  it('puts the first layer outermost, and hands changed inputs on', async () => {
    const order: string[] = [];
    const run = compose([noting(order, 'a'), noting(order, 'b')], async (input) => `core ${input}`);
    expect(await run(1)).toBe('a(b(core 3))');
    expect(order).toEqual(['a in 1', 'b in 2', 'b out', 'a out']);
  });

  it('hands on what came in where nothing is given', async () => {
    expect(await compose<number, number>([(_, next) => next()], async (input) => input)(5)).toBe(5);
  });

  it('is the innermost step where there are no layers', async () => {
    expect(await compose<number, number>([], async (input) => input * 2)(5)).toBe(10);
  });

  it('may be run many times, also at once', async () => {
    const run = compose<number, number>([async (input, next) => (await next(input)) + 1], async (input) => input);
    expect(await Promise.all([1, 2, 3].map((input) => run(input)))).toEqual([2, 3, 4]);
  });

  it('makes a layer that throws at once reject', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    await expect(compose<number, number>([fail], async (input) => input)(1)).rejects.toThrow('broken');
  });
});
