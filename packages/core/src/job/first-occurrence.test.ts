import { afterEach, describe, expect, it } from 'vitest';
import { firstOccurrence } from './first-occurrence.js';

const NOW = Date.parse('2024-05-01T12:00:30Z');
const LATER = new Date(NOW + 90_000);
const minutely = { expression: '* * * * *', timeZone: 'UTC' };

describe('The first occurrence of a job', () => {
  it.each([
    ['no option is set', {}, {}],
    ['it is delayed', { delay: 90_000 }, { dueAt: NOW + 90_000, delay: 90_000 }],
    ['it recurs by "every"', { every: 500 }, { dueAt: NOW + 500, recurring: { every: 500, dueAt: NOW + 500 } }],
    [
      'it recurs after a delay',
      { every: 500, delay: 50 },
      { dueAt: NOW + 50, recurring: { every: 500, dueAt: NOW + 50 } },
    ],
    ['it is deferred', { deferredUntil: LATER }, { dueAt: LATER.getTime() }],
    ['it recurs', { deferredBy: 500 }, { dueAt: NOW + 500, recurring: { every: 500, dueAt: NOW + 500 } }],
    [
      'it recurs from a given time',
      { deferredBy: 500, deferredUntil: LATER },
      { dueAt: LATER.getTime(), recurring: { every: 500, dueAt: LATER.getTime() } },
    ],
    [
      'it recurs by cron',
      { cron: minutely },
      { dueAt: NOW + 30_000, recurring: { cron: '* * * * *', timeZone: 'UTC', dueAt: NOW + 30_000 } },
    ],
    ['it recurs by cron from a given time', { cron: minutely, deferredUntil: LATER }, { dueAt: NOW + 150_000 }],
  ])('when %s', (_, options, expected) => {
    expect(firstOccurrence(options, NOW)).toMatchObject(expected);
  });
});

describe('A cron expression without a time zone', () => {
  const { TZ } = process.env;

  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it.each([
    ['Asia/Tokyo', '2024-05-02T00:00:00Z'],
    ['America/New_York', '2024-05-01T13:00:00Z'],
  ])('uses and keeps the zone of the process that enqueues it: %s', (zone, due) => {
    process.env['TZ'] = zone;
    const dueAt = Date.parse(due);
    const now = Date.parse('2024-05-01T12:00:30Z');
    expect(firstOccurrence({ cron: '0 9 * * *' }, now)).toEqual({
      dueAt,
      recurring: { cron: '0 9 * * *', timeZone: zone, dueAt },
    });
    expect(firstOccurrence({ cron: { expression: '0 9 * * *' } }, now)).toMatchObject({ dueAt });
  });
});

describe('A schedule', () => {
  it.each([
    [{ delay: 5, deferredUntil: LATER }, 'Options "delay" and "deferredUntil" are both given.'],
    [{ every: 5, deferredBy: 5 }, 'Options "every" and "deferredBy" are both given.'],
    [{ cron: minutely, deferredBy: 5 }, 'Options "cron" and "deferredBy" are both given.'],
    [{ cron: minutely, every: 5 }, 'Options "cron" and "every" are both given.'],
    [{ every: 0 }, 'Option "every" is 0: a job can recur every millisecond at most.'],
  ])('%j is refused', (options, message) => {
    expect(() => firstOccurrence(options, NOW)).toThrow(message);
  });
});
