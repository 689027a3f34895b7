import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../defaults.js';
import { MalformedMessageError } from '../errors/index.js';
import {
  furtherResultBucketOf,
  ownArgsBucketOf,
  readParameters,
  withSharedArgs,
  writeParameters,
  type MessageParameters,
} from './index.js';

const span = fc.nat({ max: 10 ** 12 });
const text = fc.string({ minLength: 1 });
/** No id that is chosen begins with the sign of a job's own bucket. */
const chosen = text.filter((id) => !id.startsWith('#'));
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
    args: fc.oneof(
      maybe(fc.record({ named: chosen })),
      fc.record({ own: fc.oneof(fc.constant('args'), fc.string({ minLength: 1 })) }),
    ),
    result: maybe(
      fc.record({ id: text, ttl: fc.option(fc.oneof(span, fc.constant(DEFAULTS.resultTtl)), { nil: null }) }),
    ),
    retries: fc.record({ maxAmount: fc.nat(), alreadyTried: fc.nat() }),
    timeout: maybe(span),
    timestamp: maybe(span),
    ttl: fc.option(span, { nil: null }),
    when: fc.oneof(fc.record({ schedule }), fc.record({ dueAt: maybe(span) })),
    waits: fc.oneof(maybe(fc.array(text)), fc.constant('for the arguments alone' as const)),
    unrouted: fc.oneof(
      fc.record({ unrouted: fc.nat() }),
      fc.record({ unrouted: fc.integer({ min: 1 }), unroutedSince: span }),
    ),
    nonce: maybe(text),
  })
  .map(({ when, waits, args, unrouted, ...others }) => {
    const rest = { ...others, ...unrouted };
    const argsBucketId = args && ('named' in args ? args.named : `${rest.id ?? 'x'}#${args.own}`);
    const argsAlone = argsBucketId === undefined ? [] : [argsBucketId];
    return { ...rest, argsBucketId, ...when, dependsOn: typeof waits === 'string' ? argsAlone : waits };
  });

describe('The parameters of a message', () => {
  it('survive writing and reading', () => {
    fc.assert(
      fc.property(parameters, (written) => {
        expect(readParameters(writeParameters(written))).toEqual(written);
      }),
    );
  });

  it('name the arguments bucket once if the job waits only for it', () => {
    const defaults = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };
    const headers = writeParameters({ ...defaults, argsBucketId: 'first', dependsOn: ['first'] });
    expect(headers).toEqual({ 'repid-args': 'first', 'repid-depends': '' });
    expect(readParameters(headers).dependsOn).toEqual(['first']);
  });

  it.each([
    ['named', { 'repid-id': 'one', 'repid-args': 'order' }, 'order', undefined],
    ['its own', { 'repid-id': 'one', 'repid-args': '' }, 'one#args', 'one#args'],
    ['its own with another suffix', { 'repid-id': 'one', 'repid-args': '#x1' }, 'one#x1', 'one#x1'],
    ['shared', { 'repid-id': 'one', 'repid-args': 'one#args' }, 'one#args', undefined],
    ['none', { 'repid-id': 'one' }, undefined, undefined],
  ])('name the arguments bucket: %s', (_, headers, bucketId, own) => {
    expect(readParameters(headers).argsBucketId).toBe(bucketId);
    expect(ownArgsBucketOf(headers)).toBe(own);
    const shared = withSharedArgs(headers);
    expect(readParameters(shared).argsBucketId).toBe(bucketId);
    expect(ownArgsBucketOf(shared)).toBeUndefined();
  });

  it.each([
    [{ 'repid-id': 'one', 'repid-result': '' }, undefined],
    [{ 'repid-id': 'one', 'repid-result': 'one' }, undefined],
    [{ 'repid-id': 'one' }, undefined],
    [{ 'repid-id': 'one', 'repid-result': 'two' }, 'two'],
  ])('in %j reserve %s in addition to the id', (headers, bucketId) => {
    expect(furtherResultBucketOf(headers)).toBe(bucketId);
  });

  it('are few headers for a job with default options', () => {
    const result = { id: 'one', ttl: DEFAULTS.resultTtl };
    const retries = { maxAmount: 0, alreadyTried: 0 };
    const argsBucketId = 'one#args';
    const headers = writeParameters({ id: 'one', argsBucketId, result, retries, timestamp: 5, ttl: null, unrouted: 0 });
    expect(headers).toEqual({ 'repid-id': 'one', 'repid-args': '', 'repid-result': '', 'repid-at': '5' });
  });

  it('have defaults for a bare message', () => {
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
    ['repid-unrouted', '1 soon'],
    ['repid-unrouted', '1 2 3'],
    ['repid-unrouted', ' 1'],
    ['repid-every', 'daily'],
    ['repid-every', '0'],
    ['repid-cron', 'whenever'],
    ['repid-due', 'tomorrow'],
    ['repid-result-ttl', 'long'],
  ])('are refused if %s is %j', (name, value) => {
    expect(() => readParameters({ 'repid-id': 'one', 'repid-result': '', [name]: value })).toThrow(
      MalformedMessageError,
    );
  });

  it('are refused if the time zone is invalid', () => {
    expect(() => readParameters({ 'repid-cron': '* * * * *', 'repid-cron-tz': 'Mars/Base' })).toThrow(
      MalformedMessageError,
    );
  });

  it('never fail with another error, whatever the headers are', () => {
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

function problemOf(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
