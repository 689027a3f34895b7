import { describe, expect, it, vi } from 'vitest';
import { InvalidOptionError } from '../errors/index.js';
import { AdjustableClock } from './adjustable-clock.js';

const HOUR = 3_600_000;

describe('AdjustableClock', () => {
  it('returns the system time until it is advanced', () => {
    expect(Math.abs(new AdjustableClock().now() - Date.now())).toBeLessThan(50);
  });

  it('continues from the time that it was advanced to', async () => {
    const clock = new AdjustableClock();
    await clock.advance(HOUR);
    expect(Math.abs(clock.now() - Date.now() - HOUR)).toBeLessThan(1_000);
  });

  it('fires timers without being advanced', async () => {
    const clock = new AdjustableClock();
    const start = clock.now();
    const fired = await new Promise<number>((resolve) => clock.schedule(() => resolve(clock.now()), 20));
    expect(fired - start).toBeGreaterThanOrEqual(20);
  });

  it('fires the earlier of two timers first, regardless of which was set first', async () => {
    const clock = new AdjustableClock();
    const fired: string[] = [];
    clock.schedule(() => fired.push('later'), 40);
    clock.schedule(() => fired.push('sooner'), 10);
    await vi.waitFor(() => expect(fired).toEqual(['sooner', 'later']), 10_000);
  });

  it('fires each timer within the advanced period, in order and at its own time', async () => {
    const clock = new AdjustableClock();
    const start = clock.now();
    const fired: number[] = [];
    for (const delay of [3 * HOUR, HOUR, 2 * HOUR]) clock.schedule(() => fired.push(clock.now() - start), delay);
    await clock.advance(2.5 * HOUR);
    expect(fired.map((time) => Math.round(time / 1_000) * 1_000)).toEqual([HOUR, 2 * HOUR]);
  });

  it("returns a timer's exact due time while the timer fires", async () => {
    const clock = new AdjustableClock();
    let dueAt = 0;
    let seen = 0;
    await clock.advance(0);
    dueAt = clock.now() + HOUR;
    clock.schedule(() => (seen = clock.now()), HOUR);
    await clock.advance(2 * HOUR);
    expect(seen - dueAt).toBeLessThan(5);
  });

  it('fires timers that a timer sets within the advanced period, also through promises', async () => {
    const clock = new AdjustableClock();
    let ticks = 0;
    const tick = async (): Promise<void> => {
      ticks += 1;
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      clock.schedule(() => void tick(), HOUR);
    };
    clock.schedule(() => void tick(), HOUR);
    await clock.advance(24 * HOUR);
    expect(ticks).toBe(24);
  });

  it('does not fire a cancelled timer, which may be cancelled twice', async () => {
    const clock = new AdjustableClock();
    const fired: string[] = [];
    const cancel = clock.schedule(() => fired.push('called off'), HOUR);
    cancel();
    cancel();
    await clock.advance(2 * HOUR);
    expect(fired).toEqual([]);
  });

  it('fires by elapsed time, even if the wall clock is changed', async () => {
    const clock = new AdjustableClock();
    const [wall, start] = [clock.now(), clock.monotonic()];
    const fired: string[] = [];
    clock.schedule(() => fired.push('in an hour'), HOUR);
    const date = vi.spyOn(Date, 'now').mockImplementation(() => wall + 5 * HOUR);
    await clock.advance(HOUR / 2);
    expect(fired).toEqual([]);
    expect(clock.now() - wall).toBeGreaterThanOrEqual(5 * HOUR);
    expect(clock.monotonic() - start).toBeLessThan(HOUR);
    date.mockRestore();
    await clock.advance(HOUR / 2);
    expect(fired).toEqual(['in an hour']);
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(HOUR);
  });

  it('runs two concurrent advances one after the other', async () => {
    const clock = new AdjustableClock();
    const start = clock.now();
    await Promise.all([clock.advance(HOUR), clock.advance(HOUR)]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(2 * HOUR);
  });

  it('rejects an advance with the error of a timer, and continues afterwards', async () => {
    const clock = new AdjustableClock();
    const fired: string[] = [];
    clock.schedule(() => {
      throw new Error('thrown by a timer');
    }, HOUR);
    clock.schedule(() => fired.push('next'), 2 * HOUR);
    await expect(clock.advance(HOUR)).rejects.toThrow('thrown by a timer');
    await clock.advance(HOUR);
    expect(fired).toEqual(['next']);
  });

  it.each([-1, Number.NaN, Infinity])('refuses to advance by %s', async (milliseconds) => {
    await expect(new AdjustableClock().advance(milliseconds)).rejects.toThrow(InvalidOptionError);
  });
});
