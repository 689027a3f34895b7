import { expect, it, vi } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { TimeoutError } from '../errors/index.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { InFlightDeliveries } from './in-flight-deliveries.js';
import { TimeLimits } from './time-limits.js';

function setUp() {
  const clock = new AdjustableClock();
  const deliveries = new InFlightDeliveries();
  const limits = new TimeLimits(clock, deliveries);
  const aborted: string[] = [];
  const start = (label: string, timeout: number): InFlightDelivery => {
    const inFlight = new InFlightDelivery({} as Delivery, { receivedAt: 0, ownedSince: 0, ownedUntil: 0 }, () => {});
    deliveries.add(inFlight);
    inFlight.cancellation.onAbort((reason) => {
      expect(reason).toBeInstanceOf(TimeoutError);
      aborted.push((reason as Error).message);
    });
    limits.start(inFlight, { actor: { label }, timeout });
    return inFlight;
  };
  return { clock, deliveries, limits, start, aborted };
}

it('aborts runs that take too long, each by its own timeout', async () => {
  const { clock, start, aborted } = setUp();
  start('slow', 3_000);
  start('quick', 1_000);
  await clock.advance(500);
  expect(aborted).toEqual([]);
  start('late', 1_000);
  await clock.advance(600);
  expect(aborted).toEqual(['"quick" ran longer than 1000 ms.']);
  await clock.advance(500);
  expect(aborted.slice(1)).toEqual(['"late" ran longer than 1000 ms.']);
  await clock.advance(2_000);
  expect(aborted.slice(2)).toEqual(['"slow" ran longer than 3000 ms.']);
});

it('does not touch runs that end in time', async () => {
  const { clock, deliveries, start, aborted } = setUp();
  const ended = start('ended', 1_000);
  ended.run = undefined;
  deliveries.delete(start('gone', 1_000));
  start('running', 2_000);
  await clock.advance(1_500);
  expect(aborted).toEqual([]);
  await clock.advance(500);
  expect(aborted).toHaveLength(1);
});

it('does nothing once it is stopped', async () => {
  const { clock, limits, start, aborted } = setUp();
  start('slow', 1_000);
  limits.stop();
  await clock.advance(2_000);
  expect(aborted).toEqual([]);
});

it('measures elapsed time, whatever the wall clock is set to', async () => {
  const { clock, start, aborted } = setUp();
  start('running', 600_000);
  const wall = Date.now();
  const date = vi.spyOn(Date, 'now').mockImplementation(() => wall + 3_600_000);
  await clock.advance(8_000);
  expect(aborted).toEqual([]);
  date.mockImplementation(() => wall - 3_600_000);
  await clock.advance(592_000);
  expect(aborted).toHaveLength(1);
  date.mockRestore();
});
