import { describe, expect, it } from 'vitest';
import type { Confirmation, ErrorAction } from '../actor/index.js';
import {
  CancelledError,
  FailurePolicyError,
  InvalidOptionError,
  PayloadTooLargeError,
  PayloadValidationError,
  RetryLater,
  SerializationError,
  TimeoutError,
  Unrecoverable,
} from '../errors/index.js';
import { decide, isFinal, retryDelay, type Circumstances } from './decide.js';
import { failureOf } from './disposition.js';
import type { RunResult } from './run-result.js';

const failure = new Error('broken');
const returned = (value?: unknown): RunResult => ({ type: 'returned', value });
const threw = (error: unknown = failure): RunResult => ({ type: 'threw', error });

function circumstances(overrides: Partial<Circumstances> = {}): Circumstances {
  const retries = { maxAmount: 0, alreadyTried: 0 };
  return { actor: 'work', confirmation: 'auto', retryPolicy: (n) => n * 100, retries, ...overrides };
}

const fail = (): never => {
  throw new TypeError('policy');
};
const rejecting = (() => Promise.reject(new Error('not awaited'))) as () => never;

const NONE_LEFT = { maxAmount: 2, alreadyTried: 2 };
const SOME_LEFT = { maxAmount: 2, alreadyTried: 1 };

describe('decide', () => {
  it.each<[Confirmation, unknown, string]>([
    ['auto', 1, 'ack'],
    ['always-ack', 1, 'ack'],
    ['ack-first', 1, 'ack'],
    ['manual', 1, 'leave'],
    ['manual-explicit', 'ack', 'ack'],
    ['manual-explicit', 'nack', 'nack'],
    ['manual-explicit', 'reject', 'reject'],
    ['manual-explicit', 'no-action', 'leave'],
    ['manual-explicit', undefined, 'nack'],
    ['manual-explicit', 'Ack', 'nack'],
    ['manual-explicit', { a: 1 }, 'nack'],
  ])('%s, returned %j: %s', (confirmation, value, action) => {
    expect(decide(returned(value), circumstances({ confirmation }))).toMatchObject({ action });
  });

  it.each<[Confirmation, 'some' | 'none', ErrorAction | undefined, string]>([
    ['auto', 'some', undefined, 'retry'],
    ['auto', 'some', 'ack', 'retry'],
    ['auto', 'none', undefined, 'nack'],
    ['auto', 'none', 'nack', 'nack'],
    ['auto', 'none', 'reject', 'reject'],
    ['auto', 'none', 'ack', 'ack'],
    ['always-ack', 'some', undefined, 'ack'],
    ['always-ack', 'none', undefined, 'ack'],
    ['ack-first', 'some', undefined, 'ack'],
    ['ack-first', 'none', undefined, 'ack'],
    ['manual', 'some', undefined, 'retry'],
    ['manual', 'none', undefined, 'leave'],
    ['manual', 'none', 'nack', 'nack'],
    ['manual', 'none', 'reject', 'reject'],
    ['manual', 'none', 'ack', 'ack'],
    ['manual-explicit', 'some', undefined, 'retry'],
    ['manual-explicit', 'none', undefined, 'leave'],
    ['manual-explicit', 'none', 'nack', 'nack'],
  ])('%s, threw with %s retries left, onError %s: %s', (confirmation, left, onError, action) => {
    const retries = left === 'some' ? SOME_LEFT : NONE_LEFT;
    const disposition = decide(threw(), circumstances({ confirmation, onError, retries }));
    expect([disposition.action, failureOf(disposition)?.error]).toEqual([action, failure]);
    expect(decide(threw(), circumstances({ confirmation, onError: onError && (() => onError), retries }))).toEqual(
      disposition,
    );
  });

  it.each<[string, Error, string]>([
    ['Unrecoverable', new Unrecoverable('no'), 'nack'],
    ['PayloadValidationError', new PayloadValidationError('work', []), 'nack'],
    ['PayloadTooLargeError', new PayloadTooLargeError('x', 2, 1), 'nack'],
    ['SerializationError', new SerializationError('no'), 'nack'],
    ['CancelledError', new CancelledError('off'), 'ack'],
    ['TimeoutError', new TimeoutError('late'), 'retry'],
    ['RetryLater', new RetryLater(5), 'retry'],
  ])('%s with retries left: %s', (_, error, action) => {
    const disposition = decide(threw(error), circumstances({ retries: SOME_LEFT }));
    expect([disposition.action, failureOf(disposition)?.error]).toEqual([action, error]);
    expect(isFinal(error)).toBe(action !== 'retry');
  });

  it('decides nack for final errors also in a manual mode', () => {
    expect(decide(threw(new Unrecoverable('no')), circumstances({ confirmation: 'manual' }))).toMatchObject({
      action: 'nack',
    });
  });

  it.each<Confirmation>(['auto', 'always-ack', 'manual', 'manual-explicit'])(
    '%s at shutdown: reject',
    (confirmation) => {
      expect(decide({ type: 'shut-down' }, circumstances({ confirmation, retries: SOME_LEFT }))).toEqual({
        action: 'reject',
      });
    },
  );

  it('counts retries from one', () => {
    const retries = { maxAmount: 5, alreadyTried: 2 };
    expect(decide(threw(), circumstances({ retries }))).toMatchObject({ action: 'retry', delay: 300 });
  });

  it.each<[string, Partial<Circumstances>, string]>([
    ['an onError that throws', { onError: fail }, 'The onError of actor "work" failed: TypeError: policy'],
    ['an onError that returns nonsense', { onError: () => Number.NaN as never }, '"onError" returned NaN.'],
    ['an onError that returns a promise', { onError: rejecting }, '"onError" returned a Promise.'],
    ['a retryPolicy that throws', { retryPolicy: fail, retries: SOME_LEFT }, 'The retryPolicy of actor "work" failed'],
    [
      'a retryPolicy that returns nonsense',
      { retryPolicy: () => Number.NaN, retries: SOME_LEFT },
      '"retry delay" is NaN',
    ],
    ['a retryPolicy that returns a promise', { retryPolicy: rejecting, retries: SOME_LEFT }, 'is a Promise'],
  ])('decides nack for %s, and keeps the error of the actor', (_, overrides, message) => {
    const disposition = decide(threw(), circumstances(overrides));
    const error = failureOf(disposition)?.error as FailurePolicyError;
    expect(disposition.action).toBe('nack');
    expect(error).toBeInstanceOf(FailurePolicyError);
    expect(error.message).toContain(message);
    expect(error.message).toContain("the actor's own error: Error: broken");
    expect((error.cause as AggregateError).errors[0]).toBe(failure);
  });

  it('handles an error whose type cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const actions = [circumstances({ retries: SOME_LEFT }), circumstances()].map(
      (one) => decide(threw(proxy), one).action,
    );
    expect(actions).toEqual(['retry', 'nack']);
  });
});

describe('retryDelay', () => {
  it.each<[string, unknown, number]>([
    ['the delay of the policy', failure, 1_000],
    ['the delay of RetryLater', new RetryLater('2m'), 120_000],
    ['zero with RetryLater(0)', new RetryLater(0), 0],
  ])('is %s', (_, error, expected) => {
    expect(retryDelay(error, 1, () => '1s')).toBe(expected);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 'soon', undefined])('refuses %s', (delay) => {
    expect(() => retryDelay(failure, 1, () => delay as number)).toThrow(InvalidOptionError);
  });
});
