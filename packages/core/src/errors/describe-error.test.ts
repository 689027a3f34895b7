import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeError, errorText, errorTextWithCauses, stackOf, toError } from './describe-error.js';
import { TimeoutError } from './index.js';

const fail = (): never => {
  throw new Error('unreadable');
};

/** An object of which every question throws. */
const unaskable = (): object =>
  new Proxy(
    {},
    Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, fail])) as ProxyHandler<object>,
  );

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const withGetter = (name: string): Error => Object.defineProperty(new Error('plain'), name, { get: fail });

/** What an actor may throw to harm its worker. */
const HOSTILE: [string, () => unknown][] = [
  ['an object without a prototype', () => Object.create(null)],
  ['a revoked proxy', revoked],
  ['a proxy that throws', unaskable],
  ['an object whose prototype is such a proxy', () => Object.create(unaskable())],
  ['an error that is a proxy', () => new Proxy(new Error('proxied'), {})],
  ['an error whose message throws', () => withGetter('message')],
  ['an error whose name throws', () => withGetter('name')],
  ['an error whose stack throws', () => withGetter('stack')],
  ['an error whose cause throws', () => withGetter('cause')],
  ['an error whose code throws', () => withGetter('code')],
  ['an object whose toString throws', () => ({ toString: fail })],
  ['an object whose toJSON throws', () => ({ toJSON: fail })],
  ['an object whose getter throws', () => Object.defineProperty({}, 'x', { get: fail, enumerable: true })],
  [
    'a cycle',
    () => {
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      return cycle;
    },
  ],
  [
    'an error that causes itself',
    () => {
      const error = new Error('own cause');
      error.cause = error;
      return error;
    },
  ],
  [
    'an AggregateError of itself',
    () => {
      const error = new AggregateError([]);
      error.errors.push(error);
      return error;
    },
  ],
  ['an HTTP exception that throws', () => Object.assign(new Error('http'), { getStatus: fail, getResponse: fail })],
  ['an error whose message is an object', () => Object.assign(new Error(), { message: unaskable() })],
  ['a symbol', () => Symbol('odd')],
  ['a function', () => fail],
  ['a BigInt', () => 10n],
  ['nothing', () => undefined],
  ['null', () => null],
];

describe('Anything that is thrown', () => {
  it.each(HOSTILE)('can be described: %s', (_, make) => {
    const description = describeError(make());
    expect(typeof description.message).toBe('string');
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    for (const tell of [errorText, errorTextWithCauses]) expect(tell(make()).length).toBeGreaterThan(0);
    expect(toError(make()) instanceof Error).toBe(true);
    expect(['string', 'undefined']).toContain(typeof stackOf(make()));
  });

  it('has a short description, whatever was thrown', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true, withSet: true }),
        (thrown) => {
          const { name, message } = describeError(thrown);
          expect([name, message.length <= 2_100]).toEqual(['Error', true]);
          expect(errorText(thrown)).toBe(message);
        },
      ),
    );
  });

  it.each<[unknown, string]>([
    [new TypeError('broken'), 'TypeError: broken'],
    [new Error(''), 'Error'],
    ['just text', 'just text'],
    [{ reason: 'no stock', left: Number.NaN }, '{"reason":"no stock","left":NaN}'],
    [[1, undefined], '[1,undefined]'],
    [new Map([[1, 2]]), 'a Map'],
    [Symbol('odd'), 'Symbol(odd)'],
    [fail, 'a function'],
    [7n, '7n'],
    [undefined, 'undefined'],
    [Object.assign(new Error(), { message: { a: Number.NaN } }), 'Error: {"a":NaN}'],
    [new AggregateError([new Error('one'), 'two'], ''), 'AggregateError: Error: one; two'],
    [runInNewContext('new RangeError("from afar")'), 'RangeError: from afar'],
  ])('is described in one line: %s', (thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });
});

describe('The description of an error', () => {
  it('keeps its own code, whatever its kind', () => {
    expect(describeError(new TimeoutError('late')).code).toBe('REPID_TIMEOUT');
    expect(describeError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })).code).toBe('ECONNREFUSED');
    expect(describeError(Object.assign(new Error('x'), { code: 11_000 })).code).toBe('11000');
    expect(describeError(new DOMException('x', 'AbortError'))).not.toHaveProperty('code');
  });

  it('keeps the chain of causes, and the errors of an aggregate', () => {
    const root = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const error = new Error('not saved', {
      cause: new AggregateError([root, { odd: 1 }], 'no server', { cause: 'text' }),
    });
    expect(describeError(error)).toMatchObject({
      message: 'not saved',
      cause: {
        name: 'AggregateError',
        message: 'no server',
        cause: { message: 'text' },
        errors: [{ message: 'refused', code: 'ECONNREFUSED' }, { message: '{"odd":1}' }],
      },
    });
    expect(errorTextWithCauses(error)).toBe('Error: not saved [cause: AggregateError: no server [cause: Error: text]]');
  });

  it('keeps the response of an HTTP exception', () => {
    const http = Object.assign(new Error('Bad Request'), {
      getStatus: () => 400,
      getResponse: () => ({ message: ['x must be a number'], statusCode: 400 }),
    });
    expect(describeError(http)).toMatchObject({
      status: 400,
      response: '{"message":["x must be a number"],"statusCode":400}',
    });
    expect(errorTextWithCauses(http)).toContain('Error: Bad Request {"message":["x must be a number"]');
  });

  it('does not keep the response of an HTTP client with its request', () => {
    const error = Object.assign(new Error('401'), { response: { config: { headers: { authorization: 'secret' } } } });
    expect(JSON.stringify(describeError(error))).not.toContain('secret');
  });

  it('is bounded, however large the message, long the chain and wide the aggregate', () => {
    let error: Error = new Error('x'.repeat(1_000_000));
    for (let n = 0; n < 100; n += 1)
      error = new AggregateError(
        Array.from({ length: 50 }, () => new Error('y'.repeat(10_000))),
        'z'.repeat(10_000),
        {
          cause: error,
        },
      );
    const description = describeError(error);
    expect(JSON.stringify(description).length).toBeLessThan(100_000);
    expect(description.stack).toContain('describe-error.test.ts');
    expect(errorText(error).length).toBeLessThan(2_200);
  });

  it('cannot forge a log line with its stack', () => {
    const stack = stackOf(new Error('first\n[Nest] forged\u001b[31m'))!;
    const [head, ...frames] = stack.split('\n');
    expect(head).toBe('Error: first\\n[Nest] forged\\u001b[31m');
    expect(frames.every((line) => line.startsWith('    at '))).toBe(true);
  });
});

describe('toError', () => {
  it('returns an error unchanged, and wraps anything else in an error', () => {
    const error = new TypeError('kept');
    expect(toError(error)).toBe(error);
    expect(toError({ a: 1 })).toMatchObject({ message: '{"a":1}' });
  });
});
