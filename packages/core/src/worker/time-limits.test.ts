import { expect, it, vi } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { TimeoutError } from '../errors/index.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { InFlightDeliveries } from './in-flight-deliveries.js';
import type { ReceivedMessage } from './received-message.js';
import { TimeLimits } from './time-limits.js';

function workplace() {
  const clock = new AdjustableClock();
  const deliveries = new InFlightDeliveries();
  const limits = new TimeLimits(clock, deliveries);
  const called: string[] = [];
  const begin = (label: string, timeout: number): InFlightDelivery => {
    const inFlight = new InFlightDelivery({} as Delivery, { receivedAt: 0, ownedSince: 0, ownedUntil: 0 }, () => {});
    deliveries.add(inFlight);
    inFlight.cancellation.onAbort((reason) => {
      expect(reason).toBeInstanceOf(TimeoutError);
      called.push((reason as Error).message);
    });
    limits.begin(inFlight, { actor: { label }, timeout } as ReceivedMessage);
    return inFlight;
  };
  return { clock, deliveries, limits, begin, called };
}

it('calls off what lasts too long, each by its own limit', async () => {
  const { clock, begin, called } = workplace();
  begin('slow', 3_000);
  begin('quick', 1_000);
  await clock.advance(500);
  expect(called).toEqual([]);
  begin('late', 1_000);
  await clock.advance(600);
  expect(called).toEqual(['"quick" ran longer than 1000 ms.']);
  await clock.advance(500);
  expect(called.slice(1)).toEqual(['"late" ran longer than 1000 ms.']);
  await clock.advance(2_000);
  expect(called.slice(2)).toEqual(['"slow" ran longer than 3000 ms.']);
});

it('leaves in peace what has ended in time', async () => {
  const { clock, deliveries, begin, called } = workplace();
  const ended = begin('ended', 1_000);
  ended.run = undefined;
  deliveries.delete(begin('gone', 1_000));
  begin('running', 2_000);
  await clock.advance(1_500);
  expect(called).toEqual([]);
  await clock.advance(500);
  expect(called).toHaveLength(1);
});

it('looks no more once it is stopped', async () => {
  const { clock, limits, begin, called } = workplace();
  begin('slow', 1_000);
  limits.stop();
  await clock.advance(2_000);
  expect(called).toEqual([]);
});

it('goes by the time that passes, whatever the wall clock is set to', async () => {
  const { clock, begin, called } = workplace();
  begin('running', 600_000);
  const wall = Date.now();
  const date = vi.spyOn(Date, 'now').mockImplementation(() => wall + 3_600_000);
  await clock.advance(8_000);
  expect(called).toEqual([]);
  date.mockImplementation(() => wall - 3_600_000);
  await clock.advance(592_000);
  expect(called).toHaveLength(1);
  date.mockRestore();
});
