import { describe, expect, it } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { CancelledError, TimeoutError } from '../errors/index.js';
import { readParameters } from '../message/index.js';
import { actionOf, closingFor, isDone, type Closing } from './disposition.js';
import { nextRun, outcomeOf, resultBucket } from './settlement.js';

const NOW = 1_000_000;
const error = new Error('broken');
const reply = { channel: 'back', payload: new Uint8Array(), headers: {} };

const PLAIN = { topic: 'work', 'repid-id': 'one', colour: 'red' };
const ROUTED = { ...PLAIN, 'repid-tried': '2', 'repid-ttl': '50', 'repid-retries': '5' };
const TRIED = { ...PLAIN, 'repid-tried': '2', 'repid-unrouted': '3', 'repid-ttl': '50', 'repid-retries': '5' };
const EVERY = { ...TRIED, 'repid-every': '1000', 'repid-due': String(NOW - 2_500) };

function closed(headers: Record<string, string>) {
  const message = { channel: 'default', payload: Buffer.from('1'), headers };
  const delivery: Delivery = {
    id: '7',
    message,
    priority: 'high',
    deliveryCount: 1,
    isExhausted: false,
    settle: async () => {},
  };
  return { delivery, parameters: readParameters(headers), now: NOW };
}

const CLOSINGS: Record<string, Closing> = {
  acked: { action: 'acked', result: { value: 1 } },
  ackedFailure: { action: 'acked', result: { error } },
  replied: { action: 'replied', result: { value: undefined }, reply },
  nacked: { action: 'nacked', result: { error } },
  refused: { action: 'nacked', result: { error }, wasNotRun: true },
  cancelled: { action: 'acked', result: { error: new CancelledError('off') } },
  rejected: { action: 'rejected' },
  retried: { action: 'retried', delay: 700 },
  postponed: { action: 'postponed', delay: 50 },
  unrouted: { action: 'unrouted', delay: 100 },
  rescheduled: { action: 'rescheduled' },
};

describe('outcomeOf', () => {
  it.each<[string, Record<string, string>, object]>([
    ['acked', TRIED, { type: 'ack' }],
    ['ackedFailure', TRIED, { type: 'ack' }],
    ['replied', TRIED, { type: 'ack' }],
    ['cancelled', TRIED, { type: 'ack' }],
    ['nacked', TRIED, { type: 'nack', headers: { ...PLAIN, 'repid-retries': '5' }, reason: { attempts: 3, at: NOW } }],
    ['refused', TRIED, { type: 'nack', reason: { attempts: 2 } }],
    ['rejected', TRIED, { type: 'reject', headers: ROUTED }],
    ['retried', PLAIN, { type: 'retry', headers: { ...PLAIN, 'repid-tried': '1' }, delay: 700 }],
    ['retried', TRIED, { type: 'retry', headers: { ...ROUTED, 'repid-tried': '3' }, delay: 700 }],
    ['postponed', TRIED, { type: 'retry', headers: ROUTED, delay: 50 }],
    ['unrouted', PLAIN, { type: 'retry', headers: { ...PLAIN, 'repid-unrouted': `1 ${NOW}` }, delay: 100 }],
    ['unrouted', TRIED, { type: 'retry', headers: { ...TRIED, 'repid-unrouted': `4 ${NOW}` }, delay: 100 }],
    [
      'unrouted',
      { ...PLAIN, 'repid-unrouted': '4 700' },
      { type: 'retry', headers: { ...PLAIN, 'repid-unrouted': '5 700' }, delay: 100 },
    ],
    ['rescheduled', TRIED, { type: 'retry', headers: { ...PLAIN, 'repid-retries': '5', 'repid-ttl': '50' }, delay: 0 }],
    ['rescheduled', EVERY, { type: 'retry', headers: { 'repid-due': String(NOW + 500) }, delay: 500 }],
  ])('of %s', (name, headers, expected) => {
    expect(outcomeOf(CLOSINGS[name]!, closed(headers))).toMatchObject(expected);
  });

  it('takes the counters off what starts anew', () => {
    const outcome = outcomeOf(CLOSINGS.nacked!, closed(TRIED)) as { headers: object };
    expect(outcome.headers).not.toHaveProperty('repid-tried');
    expect(outcome.headers).not.toHaveProperty('repid-unrouted');
    expect(outcome.headers).not.toHaveProperty('repid-ttl');
  });
});

describe('A dead letter', () => {
  const CRON = {
    ...PLAIN,
    'repid-args': '',
    'repid-cron': '* * * * *',
    'repid-cron-tz': 'UTC',
    'repid-due': '60000',
    'repid-nonce': 'token.4',
  };

  it('of a recurring job that goes on is one run, and shares its arguments with the next', () => {
    const outcome = outcomeOf(CLOSINGS.nacked!, closed(CRON)) as { headers: Record<string, string> };
    expect(outcome.headers).toEqual({ ...PLAIN, 'repid-args': 'one#args', 'repid-nonce': 'token.4' });
    const next = nextRun(CLOSINGS.nacked!, closed(CRON))!;
    expect(next.headers).toMatchObject({
      'repid-cron': '* * * * *',
      'repid-args': 'one#args',
      'repid-nonce': 'token.5',
    });
  });

  it('of a job that does not come again keeps its own arguments, and what it was', () => {
    const last = { ...PLAIN, 'repid-args': '', 'repid-cron': '1970-01-01T00:00:01', 'repid-due': '1000' };
    const outcome = outcomeOf(CLOSINGS.nacked!, closed(last)) as { headers: Record<string, string> };
    expect(outcome.headers).toEqual(last);
  });

  it.each([
    ['nacked', 1, false, 3],
    ['nacked', 3, false, 5],
    ['refused', 3, false, 2],
    ['refused', 6, true, 7],
  ])(
    'says how often its actor was begun: %s at delivery %i, exhausted: %s',
    (name, deliveryCount, isExhausted, attempts) => {
      const { delivery, ...rest } = closed(TRIED);
      const outcome = outcomeOf(CLOSINGS[name]!, { ...rest, delivery: { ...delivery, deliveryCount, isExhausted } });
      expect(outcome).toMatchObject({ reason: { attempts } });
    },
  );
});

describe('nextRun', () => {
  it.each([
    ['acked', true],
    ['ackedFailure', true],
    ['replied', true],
    ['nacked', true],
    ['refused', true],
    ['cancelled', false],
    ['rejected', false],
    ['retried', false],
    ['unrouted', false],
    ['rescheduled', false],
  ])('after %s: %s', (name, expected) => {
    const next = nextRun(CLOSINGS[name]!, closed(EVERY));
    expect(next !== undefined).toBe(expected);
    if (next === undefined) return;
    expect(next).toMatchObject({ channel: 'default', id: 'one', priority: 'high', dueAt: NOW + 500 });
    expect(next.headers).toMatchObject({
      'repid-every': '1000',
      'repid-due': String(NOW + 500),
      'repid-at': String(NOW),
    });
    expect(next.headers).not.toHaveProperty('repid-tried');
  });

  it('has another nonce each time, and the bucket of its result', () => {
    const headers = { ...EVERY, 'repid-result': 'elsewhere' };
    const next = nextRun(CLOSINGS.acked!, closed(headers))!;
    expect(next).toMatchObject({ resultId: 'elsewhere', headers: { 'repid-nonce': '.1' } });
    expect(nextRun(CLOSINGS.acked!, closed({ ...next.headers }))!.headers).toMatchObject({ 'repid-nonce': '.2' });
  });

  it('is none for a job that does not recur', () => {
    expect(nextRun(CLOSINGS.acked!, closed(TRIED))).toBeUndefined();
  });

  it('is none where the cron expression has no further time', () => {
    expect(nextRun(CLOSINGS.acked!, closed({ ...PLAIN, 'repid-cron': '1970-01-01T00:00:01' }))).toBeUndefined();
  });
});

describe('A closing', () => {
  it.each([
    ['acked', 'acked', true],
    ['ackedFailure', 'acked', false],
    ['replied', 'replied', true],
    ['nacked', 'nacked', false],
    ['rejected', 'rejected', false],
    ['retried', 'retried', false],
    ['unrouted', 'rejected', false],
    ['rescheduled', 'rescheduled', true],
  ])('%s is called %s; its followers go out: %s', (name, action, done) => {
    expect(actionOf(CLOSINGS[name]!)).toBe(action);
    expect(isDone(CLOSINGS[name]!)).toBe(done);
  });

  it.each([
    [{ action: 'ack' }, { action: 'acked', result: { value: 'returned' } }],
    [
      { action: 'ack', error },
      { action: 'acked', result: { error } },
    ],
    [
      { action: 'nack', error },
      { action: 'nacked', result: { error } },
    ],
    [{ action: 'reject' }, { action: 'rejected' }],
    [
      { action: 'retry', error, delay: 5 },
      { action: 'retried', delay: 5 },
    ],
    [{ action: 'leave' }, undefined],
  ] as const)('for %j', (verdict, expected) => {
    expect(closingFor(verdict, 'returned')).toEqual(expected);
  });
});

describe('resultBucket', () => {
  it.each<[string, Parameters<typeof resultBucket>[0], object]>([
    ['a value', { value: 5 }, { data: 5, success: true }],
    ['nothing', { value: undefined }, { data: null, success: true }],
    ['an error', { error: new TimeoutError('late') }, { data: null, success: false, exception: 'TimeoutError: late' }],
    ['what is no error', { error: 'text' }, { success: false, exception: 'text' }],
    ['a cancellation', { error: new CancelledError('off') }, { success: false, cancelled: true }],
  ])('of %s', (_, result, expected) => {
    const bucket = resultBucket(result, 60_000, NOW - 10, NOW);
    const times = { startedAt: new Date(NOW - 10), finishedAt: new Date(NOW), timestamp: new Date(NOW), ttl: 60_000 };
    expect(bucket).toMatchObject({ ...expected, ...times });
  });
});
