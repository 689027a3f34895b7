import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../errors/index.js';
import { nextCronTime, nextOccurrence } from './index.js';

const at = (time: string): number => Date.parse(time);

describe('The next occurrence of an interval', () => {
  it.each([
    ['in time', 1_000, 2_000],
    ['a little late', 1_400, 2_000],
    ['one tick late', 2_000, 3_000],
    ['many ticks late', 7_300, 8_000],
    ['too early', 900, 2_000],
  ])('of a second, due at 1000 and run %s', (_, now, expected) => {
    expect(nextOccurrence({ every: 1_000, dueAt: 1_000 }, now)).toBe(expected);
  });
});

describe('The next occurrence by cron', () => {
  it.each([
    ['in time', '2024-05-01T12:00:00Z', '2024-05-01T12:05:00Z'],
    ['late', '2024-05-01T12:03:00Z', '2024-05-01T12:05:00Z'],
    ['many ticks late', '2024-05-02T07:01:30Z', '2024-05-02T07:05:00Z'],
    ['too early', '2024-05-01T11:59:59Z', '2024-05-01T12:05:00Z'],
  ])('of five minutes, due at noon and run %s', (_, now, expected) => {
    const schedule = { cron: '*/5 * * * *', timeZone: 'UTC', dueAt: at('2024-05-01T12:00:00Z') };
    expect(nextOccurrence(schedule, at(now))).toBe(at(expected));
  });

  it.each([
    ['UTC', '2024-07-01T00:00:00Z', '2024-07-01T09:00:00Z'],
    ['Asia/Tokyo', '2024-07-01T00:00:00Z', '2024-07-02T00:00:00Z'],
    ['America/New_York', '2024-07-01T00:00:00Z', '2024-07-01T13:00:00Z'],
    ['America/New_York', '2024-01-01T00:00:00Z', '2024-01-01T14:00:00Z'],
  ])('at nine in %s', (timeZone, after, expected) => {
    expect(nextCronTime('0 9 * * *', timeZone, at(after))).toBe(at(expected));
  });

  it('is undefined after the last time', () => {
    expect(nextCronTime('2020-01-01T00:00:00', 'UTC', at('2024-01-01T00:00:00Z'))).toBeUndefined();
  });

  it.each([
    ['whenever', undefined, 'Cron expression "whenever" cannot be read'],
    ['61 * * * *', 'UTC', 'Cron expression "61 * * * *" in time zone "UTC" cannot be read'],
    ['* * * * *', 'Mars/Base', 'in time zone "Mars/Base"'],
  ])('refuses %s in %s', (expression, timeZone, message) => {
    expect(() => nextCronTime(expression, timeZone, 0)).toThrow(InvalidOptionError);
    expect(() => nextCronTime(expression, timeZone, 0)).toThrow(message);
  });
});
