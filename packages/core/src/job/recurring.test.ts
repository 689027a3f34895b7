import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { OWNERSHIP_TIME, TestBed } from '../worker/testing/test-bed.test-support.js';

const HOUR = 3_600_000;

/** The default of the in-memory broker. */
const MAX_DELIVERIES = 5;

function ticking(action: (run: number) => unknown = (run) => run) {
  const times: number[] = [];
  const actor = defineActor({ name: 'tick', retryPolicy: () => 60_000 }, () => {
    times.push(testBed.clock.now());
    return action(times.length);
  });
  const testBed: TestBed = new TestBed([actor]);
  const passAndRun = async (milliseconds: number) => {
    await testBed.clock.advance(milliseconds);
    return testBed.drain();
  };
  return {
    testBed,
    times,
    passAndRun,
    /** Moves the clock to midnight in UTC, so that no test depends on the time of day. */
    untilMidnight: () => testBed.clock.advance(24 * HOUR - (testBed.clock.now() % (24 * HOUR))),
    delayed: async () => (await testBed.repid.channel('default').stats()).delayed,
  };
}

describe('A job that recurs by deferredBy', () => {
  it('runs at its interval, overwrites its result, and has one schedule', async () => {
    const { testBed, times, passAndRun, delayed } = ticking();
    const job = await testBed.repid.job('tick', { deferredBy: '1h' }).enqueue();
    expect(await passAndRun(HOUR - 1_000)).toBe(0);
    for (const run of [1, 2, 3]) {
      expect(await passAndRun(HOUR)).toBe(1);
      expect(await job.result()).toMatchObject({ data: run });
      expect(await delayed()).toBe(1);
    }
    expect(times).toHaveLength(3);
  });

  it('continues after a run that crashed its workers, and its result says so', async () => {
    const { testBed, passAndRun, delayed } = ticking();
    const job = await testBed.repid.job('tick', { deferredBy: '1h' }).enqueue();
    await testBed.clock.advance(HOUR);
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) {
      const consumer = await testBed.broker.consume({ channels: ['default'] });
      const alone = delivery > MAX_DELIVERIES - 2; // The last two times it is a suspect.
      const [received] = await consumer.receive(1, { wait: false, alone });
      if (alone) await consumer.markStarted(received!);
      await consumer.close();
      await testBed.clock.advance(OWNERSHIP_TIME + 1);
    }
    expect(await testBed.drain()).toBe(1);
    expect(await job.result()).toMatchObject({
      success: false,
      exception: expect.stringContaining('TooManyDeliveries'),
    });
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code: 'REPID_TOO_MANY_DELIVERIES' });
    expect(await delayed()).toBe(1);
    expect(await passAndRun(HOUR)).toBe(1);
    expect(await job.result()).toMatchObject({ data: 1 });
  });

  it('first runs at deferredUntil', async () => {
    const { testBed, times, passAndRun } = ticking();
    const deferredUntil = new Date(testBed.clock.now() + 60_000);
    await testBed.repid.job('tick', { deferredBy: '1h', deferredUntil }).enqueue();
    await passAndRun(60_000);
    expect(times).toHaveLength(1);
    await passAndRun(HOUR);
    expect(times).toHaveLength(2);
  });

  it('runs once after missed ticks, and keeps its rhythm', async () => {
    const { testBed, times, passAndRun } = ticking();
    const start = testBed.clock.now();
    await testBed.repid.job('tick', { deferredBy: '1h' }).enqueue();
    expect(await passAndRun(5 * HOUR + HOUR / 2)).toBe(1);
    expect(await passAndRun(HOUR / 2)).toBe(1);
    expect(times[1]! - start).toBeGreaterThanOrEqual(6 * HOUR);
    expect(times[1]! - start).toBeLessThan(6 * HOUR + 5_000);
  });

  it('continues after failures, with all retries again in each run', async () => {
    const { testBed, times, passAndRun, delayed } = ticking((run) => {
      if (run < 4) throw new Error('broken');
      return 'mended';
    });
    const job = await testBed.repid.job('tick', { deferredBy: '1h', retries: 1 }).enqueue();
    await passAndRun(HOUR);
    await passAndRun(60_000);
    expect(await testBed.deadLetters()).toHaveLength(1);
    expect(await delayed()).toBe(1);
    await passAndRun(HOUR);
    await passAndRun(60_000);
    expect(times).toHaveLength(4);
    expect(await testBed.deadLetters()).toHaveLength(1);
    expect(await job.result()).toMatchObject({ data: 'mended' });
  });

  it('does not expire between runs', async () => {
    const { testBed, times, passAndRun } = ticking();
    await testBed.repid.job('tick', { deferredBy: '1h', ttl: '1m' }).enqueue();
    await passAndRun(HOUR);
    await passAndRun(HOUR);
    expect(times).toHaveLength(2);
  });

  it('continues after one of its runs has expired', async () => {
    const { testBed, times, passAndRun } = ticking();
    await testBed.repid.job('tick', { deferredBy: '1h', ttl: '1m' }).enqueue();
    await passAndRun(HOUR + 120_000);
    expect(times).toEqual([]);
    await passAndRun(HOUR - 120_000);
    expect(times).toHaveLength(1);
  });
});

describe('A job that recurs by cron', () => {
  it('runs at the times of its expression, in its time zone', async () => {
    const { testBed, times, passAndRun, untilMidnight } = ticking();
    await untilMidnight();
    const cron = { expression: '30 4 * * *', timeZone: 'Asia/Tokyo' };
    await testBed.repid.job('tick', { cron }).enqueue();
    for (let hour = 0; hour < 49; hour += 1) await passAndRun(HOUR / 2).then(() => passAndRun(HOUR / 2));
    const afterHalfPastSeven = times.map((time) => (time % (24 * HOUR)) - 19.5 * HOUR); // in UTC, 04:30 in Tokyo
    expect(afterHalfPastSeven).toHaveLength(2);
    for (const late of afterHalfPastSeven) expect(late >= 0 && late <= HOUR / 2 + 5_000).toBe(true);
  });

  it('keeps and reports the time zone of the process that enqueued it', async () => {
    const { testBed, times, passAndRun, untilMidnight } = ticking();
    await untilMidnight();
    vi.stubEnv('TZ', 'Asia/Tokyo');
    const job = await testBed.repid.job('tick', { cron: '30 4 * * *' }).enqueue();
    vi.stubEnv('TZ', 'America/New_York');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (let hour = 0; hour < 49; hour += 1) await passAndRun(HOUR / 2).then(() => passAndRun(HOUR / 2));
    const afterHalfPastSeven = times.map((time) => (time % (24 * HOUR)) - 19.5 * HOUR); // in UTC, 04:30 in Tokyo
    expect(afterHalfPastSeven).toHaveLength(2);
    for (const late of afterHalfPastSeven) expect(late >= 0 && late <= HOUR / 2 + 5_000).toBe(true);
    const { schedule, text } = await job.explain();
    expect(schedule).toMatchObject({ cron: '30 4 * * *', timeZone: 'Asia/Tokyo' });
    expect(text).toContain('recurring by cron "30 4 * * *" in time zone "Asia/Tokyo"');
  });

  it('runs once after many missed times', async () => {
    const { testBed, passAndRun, delayed } = ticking();
    await testBed.repid.job('tick', { cron: '* * * * *' }).enqueue();
    expect(await passAndRun(10 * HOUR)).toBe(1);
    expect(await delayed()).toBe(1);
  });

  it('ends with the last time of its expression', async () => {
    const { testBed, passAndRun, delayed } = ticking();
    const once = new Date(testBed.clock.now() + HOUR).toISOString().slice(0, 19);
    await testBed.repid.job('tick', { cron: { expression: once, timeZone: 'UTC' } }).enqueue();
    expect(await passAndRun(HOUR)).toBe(1);
    expect(await delayed()).toBe(0);
  });
});
