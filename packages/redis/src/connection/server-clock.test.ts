import { Repid, Router, Worker, defineActor } from '@repid/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisFixture } from '../../../../test/support/redis-fixture.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { LIMITS } from '../options/defaults.js';
import { ServerClock } from './server-clock.js';

describe('ServerClock', () => {
  const at = (now: number) => vi.spyOn(performance, 'now').mockReturnValue(now);
  afterEach(() => void vi.restoreAllMocks());

  it('equals the local clock before the first sample', () => {
    const clock = new ServerClock(() => undefined);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  });

  it('assumes that the reply took half of the round trip', () => {
    const clock = new ServerClock(() => undefined);
    clock.note({ server: 1_000_000, sent: 100, received: 140 });
    at(140);
    expect(clock.now()).toBe(1_000_020);
    at(1_140);
    expect(clock.now()).toBe(1_001_020);
  });

  it.each([
    [
      'keeps its offset if a later reply is consistent with it',
      { server: 1_001_000, sent: 1_085, received: 1_130 },
      1_000_020 + 860,
    ],
    ['moves back no more than necessary', { server: 1_000_900, sent: 1_085, received: 1_090 }, 1_000_815],
    ['moves forward no more than necessary', { server: 1_001_500, sent: 1_085, received: 1_090 }, 1_001_410],
    ['follows a server whose clock was changed', { server: 9_000_000, sent: 1_000, received: 1_002 }, 8_999_998],
  ])('%s', (_, sample, expected) => {
    const clock = new ServerClock(() => undefined);
    clock.note({ server: 1_000_000, sent: 100, received: 140 });
    clock.note(sample);
    at(1_000);
    expect(clock.now()).toBe(expected);
  });

  it('takes further samples while it is used', () => {
    const sample = vi.fn<() => void>();
    const clock = new ServerClock(sample);
    clock.note({ server: 1_000_000, sent: 0, received: 0 });
    at(LIMITS.clockInterval - 1);
    clock.now();
    expect(sample).not.toHaveBeenCalled();
    at(LIMITS.clockInterval);
    clock.now();
    clock.now();
    expect(sample).toHaveBeenCalledTimes(1);
    at(3 * LIMITS.clockInterval);
    clock.now();
    expect(sample).toHaveBeenCalledTimes(2);
  });
});

describe('A machine with a wrong clock', () => {
  const fixture = new RedisFixture();
  const HOUR = 3_600_000;
  const RealDate = Date;

  /** Shifts the system time, which otherwise continues. */
  const setWrong = (offset: number): void => {
    class WrongDate extends RealDate {
      constructor(...given: [] | [number | string]) {
        super(...((given.length === 0 ? [WrongDate.now()] : given) as [number]));
      }
      static override now = (): number => RealDate.now() + offset;
    }
    globalThis.Date = WrongDate as DateConstructor;
  };
  beforeEach(() => void (globalThis.Date = RealDate));
  afterEach(() => void (globalThis.Date = RealDate));

  const makeRepid = async (): Promise<Repid> => {
    const repid = new Repid({
      messageBroker: new RedisMessageBroker(fixture.server.url),
      resultsBucketBroker: new RedisBucketBroker(fixture.server.url),
      onEvent: () => undefined,
    });
    await repid.connect();
    return repid;
  };

  it.each([
    ['ahead', HOUR],
    ['behind', -HOUR],
  ])('has no effect if it is an hour %s: nothing expires, and recurring jobs run on time', async (_, offset) => {
    const runs: number[] = [];
    const tick = defineActor({ name: 'tick' }, () => void runs.push(performance.now()));
    const greet = defineActor({ name: 'greet' }, () => 'hello');
    const producer = await makeRepid();
    const job = await producer.job('greet', { ttl: '1m' }).enqueue();
    const ticking = await producer.job('tick', { deferredBy: 200, ttl: '1m' }).enqueue();

    setWrong(offset);
    const worker = await makeRepid();
    expect(Math.abs(worker.producer.connection.now() - RealDate.now())).toBeLessThan(1_000);
    const running = new Worker(worker.producer, new Router([tick, greet]), { handleSignals: [] });
    const run = running.run();
    expect(await job.waitForResult({ timeout: '5s' })).toMatchObject({ success: true, data: 'hello' });
    await vi.waitFor(() => expect(runs.length).toBeGreaterThanOrEqual(5), { timeout: 5_000 });
    const gaps = runs.slice(1).map((at, n) => at - runs[n]!);
    expect(gaps.reduce((sum, gap) => sum + gap) / gaps.length).toBeLessThan(400);
    const finishedAt = (await job.result())!.finishedAt.getTime();
    expect(Math.abs(finishedAt - RealDate.now())).toBeLessThan(30_000);
    await ticking.cancel();
    await running.stop();
    await run;
    await Promise.all([worker.disconnect(), producer.disconnect()]);
  });
});
