import { describe, expect, it } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { CancelledError, TimeoutError } from '../errors/index.js';
import { readParameters } from '../message/index.js';
import type { SettlingDisposition } from './disposition.js';
import { nextRun, outcomeOf, resultBucket } from './settlement.js';

const NOW = 1_000_000;
const error = new Error('broken');
const reply = { channel: 'back', payload: new Uint8Array(), headers: {} };

const PLAIN = { topic: 'work', 'repid-id': 'one', colour: 'red' };
const ROUTED = { ...PLAIN, 'repid-tried': '2', 'repid-ttl': '50', 'repid-retries': '5' };
const TRIED = { ...PLAIN, 'repid-tried': '2', 'repid-unrouted': '3', 'repid-ttl': '50', 'repid-retries': '5' };
const EVERY = { ...TRIED, 'repid-every': '1000', 'repid-due': String(NOW - 2_500) };

function settled(headers: Record<string, string>) {
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

const DISPOSITIONS: Record<string, SettlingDisposition> = {
  ack: { action: 'ack', result: { value: 1 } },
  ackFailure: { action: 'ack', result: { error } },
  reply: { action: 'reply', result: { value: undefined }, reply },
  nack: { action: 'nack', result: { error } },
  nackUnrun: { action: 'nack', result: { error }, wasNotRun: true },
  ackCancelled: { action: 'ack', result: { error: new CancelledError('off') } },
  reject: { action: 'reject' },
  retry: { action: 'retry', delay: 700 },
  postpone: { action: 'postpone', delay: 50 },
  passOn: { action: 'pass-on', delay: 100 },
  reschedule: { action: 'reschedule' },
};

describe('outcomeOf', () => {
  it.each<[string, Record<string, string>, object]>([
    ['ack', TRIED, { type: 'ack' }],
    ['ackFailure', TRIED, { type: 'ack' }],
    ['reply', TRIED, { type: 'ack' }],
    ['ackCancelled', TRIED, { type: 'ack' }],
    ['nack', TRIED, { type: 'nack', headers: { ...PLAIN, 'repid-retries': '5' }, reason: { attempts: 3, at: NOW } }],
    ['nackUnrun', TRIED, { type: 'nack', reason: { attempts: 2 } }],
    ['reject', TRIED, { type: 'reject', headers: ROUTED }],
    ['retry', PLAIN, { type: 'retry', headers: { ...PLAIN, 'repid-tried': '1' }, delay: 700 }],
    ['retry', TRIED, { type: 'retry', headers: { ...ROUTED, 'repid-tried': '3' }, delay: 700 }],
    ['postpone', TRIED, { type: 'retry', headers: ROUTED, delay: 50 }],
    ['passOn', PLAIN, { type: 'retry', headers: { ...PLAIN, 'repid-unrouted': `1 ${NOW}` }, delay: 100 }],
    ['passOn', TRIED, { type: 'retry', headers: { ...TRIED, 'repid-unrouted': `4 ${NOW}` }, delay: 100 }],
    [
      'passOn',
      { ...PLAIN, 'repid-unrouted': '4 700' },
      { type: 'retry', headers: { ...PLAIN, 'repid-unrouted': '5 700' }, delay: 100 },
    ],
    ['reschedule', TRIED, { type: 'retry', headers: { ...PLAIN, 'repid-retries': '5', 'repid-ttl': '50' }, delay: 0 }],
    ['reschedule', EVERY, { type: 'retry', headers: { 'repid-due': String(NOW + 500) }, delay: 500 }],
  ])('of %s', (name, headers, expected) => {
    expect(outcomeOf(DISPOSITIONS[name]!, settled(headers))).toMatchObject(expected);
  });

  it('removes the counters of a message that starts again', () => {
    const outcome = outcomeOf(DISPOSITIONS.nack!, settled(TRIED)) as { headers: object };
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

  it('of a recurring job that continues stands for one run, and shares its arguments with the next', () => {
    const outcome = outcomeOf(DISPOSITIONS.nack!, settled(CRON)) as { headers: Record<string, string> };
    expect(outcome.headers).toEqual({ ...PLAIN, 'repid-args': 'one#args', 'repid-nonce': 'token.4' });
    const next = nextRun(DISPOSITIONS.nack!, settled(CRON))!;
    expect(next.headers).toMatchObject({
      'repid-cron': '* * * * *',
      'repid-args': 'one#args',
      'repid-nonce': 'token.5',
    });
  });

  it('of a job without a further run keeps its own arguments and its schedule', () => {
    const last = { ...PLAIN, 'repid-args': '', 'repid-cron': '1970-01-01T00:00:01', 'repid-due': '1000' };
    const outcome = outcomeOf(DISPOSITIONS.nack!, settled(last)) as { headers: Record<string, string> };
    expect(outcome.headers).toEqual(last);
  });

  it.each([
    ['nack', 1, false, 3],
    ['nack', 3, false, 5],
    ['nackUnrun', 3, false, 2],
    ['nackUnrun', 6, true, 7],
  ])(
    'counts the starts of its actor: %s at delivery %i, exhausted: %s',
    (name, deliveryCount, isExhausted, attempts) => {
      const { delivery, ...rest } = settled(TRIED);
      const outcome = outcomeOf(DISPOSITIONS[name]!, {
        ...rest,
        delivery: { ...delivery, deliveryCount, isExhausted },
      });
      expect(outcome).toMatchObject({ reason: { attempts } });
    },
  );
});

describe('nextRun', () => {
  it.each([
    ['ack', true],
    ['ackFailure', true],
    ['reply', true],
    ['nack', true],
    ['nackUnrun', true],
    ['ackCancelled', false],
    ['reject', false],
    ['retry', false],
    ['passOn', false],
    ['reschedule', false],
  ])('after %s: %s', (name, expected) => {
    const next = nextRun(DISPOSITIONS[name]!, settled(EVERY));
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

  it('has a new nonce each time, and keeps its result bucket', () => {
    const headers = { ...EVERY, 'repid-result': 'elsewhere' };
    const next = nextRun(DISPOSITIONS.ack!, settled(headers))!;
    expect(next).toMatchObject({ resultId: 'elsewhere', headers: { 'repid-nonce': '.1' } });
    expect(nextRun(DISPOSITIONS.ack!, settled({ ...next.headers }))!.headers).toMatchObject({ 'repid-nonce': '.2' });
  });

  it('is undefined for a job that does not recur', () => {
    expect(nextRun(DISPOSITIONS.ack!, settled(TRIED))).toBeUndefined();
  });

  it('is undefined if the cron expression has no further time', () => {
    expect(nextRun(DISPOSITIONS.ack!, settled({ ...PLAIN, 'repid-cron': '1970-01-01T00:00:01' }))).toBeUndefined();
  });
});

describe('resultBucket', () => {
  it.each<[string, Parameters<typeof resultBucket>[0], object]>([
    ['a value', { value: 5 }, { data: 5, success: true }],
    ['nothing', { value: undefined }, { data: null, success: true }],
    ['an error', { error: new TimeoutError('late') }, { data: null, success: false, exception: 'TimeoutError: late' }],
    ['a value that is not an error', { error: 'text' }, { success: false, exception: 'text' }],
    ['a cancellation', { error: new CancelledError('off') }, { success: false, cancelled: true }],
  ])('of %s', (_, result, expected) => {
    const bucket = resultBucket(result, 60_000, NOW - 10, NOW);
    const times = { startedAt: new Date(NOW - 10), finishedAt: new Date(NOW), timestamp: new Date(NOW), ttl: 60_000 };
    expect(bucket).toMatchObject({ ...expected, ...times });
  });
});
