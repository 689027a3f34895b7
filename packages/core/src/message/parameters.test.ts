import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../defaults.js';
import { MalformedMessageError } from '../errors/index.js';
import { readParameters, writeParameters, type MessageParameters } from './index.js';

const span = fc.nat({ max: 10 ** 12 });
const text = fc.string({ minLength: 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const schedule = fc.oneof(
  fc.record({ every: fc.integer({ min: 1, max: 10 ** 12 }), dueAt: span }),
  fc.record({
    cron: fc.constantFrom('* * * * *', '0 4 * * 1'),
    timeZone: maybe(fc.constantFrom('UTC', 'Asia/Tokyo')),
    dueAt: span,
  }),
);

const parameters: fc.Arbitrary<MessageParameters> = fc
  .record({
    id: maybe(text),
    argsBucketId: maybe(text),
    result: maybe(
      fc.record({ id: text, ttl: fc.option(fc.oneof(span, fc.constant(DEFAULTS.resultTtl)), { nil: null }) }),
    ),
    retries: fc.record({ maxAmount: fc.nat(), alreadyTried: fc.nat() }),
    timeout: maybe(span),
    timestamp: maybe(span),
    ttl: fc.option(span, { nil: null }),
    when: fc.oneof(fc.record({ schedule }), fc.record({ dueAt: maybe(span) })),
    waits: fc.oneof(maybe(fc.array(text)), fc.constant('for the arguments alone' as const)),
    unrouted: fc.nat(),
  })
  .map(({ when, waits, ...rest }) => {
    const args = rest.argsBucketId === undefined ? [] : [rest.argsBucketId];
    return { ...rest, ...when, dependsOn: typeof waits === 'string' ? args : waits };
  });

describe('The parameters of a message', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(parameters, (written) => {
        expect(readParameters(writeParameters(written))).toEqual(written);
      }),
    );
  });

  it('name the bucket of the arguments once where it is all that is waited for', () => {
    const usual = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };
    const headers = writeParameters({ ...usual, argsBucketId: 'first', dependsOn: ['first'] });
    expect(headers).toEqual({ 'repid-args': 'first', 'repid-depends': '' });
    expect(readParameters(headers).dependsOn).toEqual(['first']);
  });

  it('are few headers for a usual job', () => {
    const result = { id: 'one', ttl: DEFAULTS.resultTtl };
    const retries = { maxAmount: 0, alreadyTried: 0 };
    const headers = writeParameters({ id: 'one', result, retries, timestamp: 5, ttl: null, unrouted: 0 });
    expect(headers).toEqual({ 'repid-id': 'one', 'repid-result': '', 'repid-at': '5' });
  });

  it('are at their defaults for a bare message', () => {
    expect(readParameters({ topic: 'work' })).toEqual({
      retries: { maxAmount: 0, alreadyTried: 0 },
      ttl: null,
      unrouted: 0,
    });
  });

  it.each([
    ['repid-retries', 'many'],
    ['repid-retries', ''],
    ['repid-tried', '-1'],
    ['repid-timeout', 'NaN'],
    ['repid-at', 'Infinity'],
    ['repid-ttl', '1h'],
    ['repid-unrouted', '{}'],
    ['repid-every', 'daily'],
    ['repid-every', '0'],
    ['repid-cron', 'whenever'],
    ['repid-due', 'tomorrow'],
    ['repid-result-ttl', 'long'],
  ])('are refused where %s is %j', (name, value) => {
    expect(() => readParameters({ 'repid-id': 'one', 'repid-result': '', [name]: value })).toThrow(
      MalformedMessageError,
    );
  });

  it('are refused where the time zone is none', () => {
    expect(() => readParameters({ 'repid-cron': '* * * * *', 'repid-cron-tz': 'Mars/Base' })).toThrow(
      MalformedMessageError,
    );
  });

  it('never fail in another way, whatever the headers say', () => {
    const names = [
      'repid-id',
      'repid-result',
      'repid-retries',
      'repid-every',
      'repid-cron',
      'repid-cron-tz',
      'repid-due',
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), fc.string());
    fc.assert(
      fc.property(headers, (some) => {
        expect(problemOf(() => readParameters(some)) ?? new MalformedMessageError('')).toBeInstanceOf(
          MalformedMessageError,
        );
      }),
    );
  });
});

function problemOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
