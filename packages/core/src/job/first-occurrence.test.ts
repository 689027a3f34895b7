import { describe, expect, it } from 'vitest';
import { firstOccurrence } from './first-occurrence.js';

const NOW = Date.parse('2024-05-01T12:00:30Z');
const LATER = new Date(NOW + 90_000);
const minutely = { expression: '* * * * *', timeZone: 'UTC' };

describe('The first occurrence of a job', () => {
  it.each([
    ['nothing is said', {}, { dueAt: undefined }],
    ['it is deferred', { deferredUntil: LATER }, { dueAt: LATER.getTime() }],
    ['it recurs', { deferredBy: 500 }, { dueAt: NOW + 500, recurring: { every: 500, dueAt: NOW + 500 } }],
    [
      'it recurs from a time on',
      { deferredBy: 500, deferredUntil: LATER },
      { dueAt: LATER.getTime(), recurring: { every: 500, dueAt: LATER.getTime() } },
    ],
    [
      'it recurs by cron',
      { cron: minutely },
      { dueAt: NOW + 30_000, recurring: { cron: '* * * * *', timeZone: 'UTC', dueAt: NOW + 30_000 } },
    ],
    ['it recurs by cron from a time on', { cron: minutely, deferredUntil: LATER }, { dueAt: NOW + 150_000 }],
  ])('when %s', (_, options, expected) => {
    expect(firstOccurrence(options, NOW)).toMatchObject(expected);
  });
});
