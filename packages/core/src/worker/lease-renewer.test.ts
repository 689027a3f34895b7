import { describe, expect, it } from 'vitest';
import type { Consumer, Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { RepidEvent } from '../events/index.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { InFlightDeliveries } from './in-flight-deliveries.js';
import { LeaseRenewer } from './lease-renewer.js';

const OWNERSHIP_TIME = 3_000;

function timesNow(clock: AdjustableClock) {
  const ownedSince = clock.monotonic();
  return { receivedAt: clock.now(), ownedSince, ownedUntil: ownedSince + OWNERSHIP_TIME };
}

function renewing(extend: (deliveries: readonly Delivery[]) => Promise<readonly Delivery[]>) {
  const clock = new AdjustableClock();
  const events: RepidEvent[] = [];
  const message = { channel: 'default', payload: new Uint8Array(), headers: {} };
  const delivery: Delivery = {
    id: '7',
    message,
    priority: 'medium',
    deliveryCount: 1,
    isExhausted: false,
    settle: async () => {},
  };
  const inFlight = new InFlightDelivery(delivery, timesNow(clock), () => {});
  const deliveries = new InFlightDeliveries();
  deliveries.add(inFlight);
  const consumer = { ownershipTime: OWNERSHIP_TIME, extend } as Consumer;
  const cleared: number[] = [];
  const renewer = new LeaseRenewer(
    consumer,
    clock,
    deliveries,
    (event) => events.push(event),
    () => cleared.push(clock.monotonic() - inFlight.ownedSince),
  );
  return { clock, events, inFlight, deliveries, renewer, cleared };
}

describe('The lease renewer', () => {
  it('extends all deliveries in flight three times per ownership time, with one call each', async () => {
    const calls: number[] = [];
    const { clock, inFlight } = renewing(async (deliveries) => {
      calls.push(deliveries.length);
      return [];
    });
    const ownedUntil = inFlight.ownedUntil;
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toEqual([1, 1, 1]);
    expect(inFlight.ownedUntil).toBeGreaterThanOrEqual(ownedUntil + OWNERSHIP_TIME - 100);
  });

  it('makes no call while nothing is in flight', async () => {
    let calls = 0;
    const { clock, inFlight, deliveries } = renewing(async () => ((calls += 1), []));
    deliveries.delete(inFlight);
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toBe(0);
  });

  it('aborts a run that has lost its message, and reports it', async () => {
    const { clock, events, inFlight } = renewing(async (deliveries) => deliveries);
    await clock.advance(OWNERSHIP_TIME / 3);
    expect(events).toEqual([{ type: 'ownership-lost', id: '7', channel: 'default' }]);
    expect(inFlight.cancellation.signal.reason).toBeInstanceOf(LostOwnershipError);
  });

  it.each(['isSettling', 'isSettled'] as const)('does not abort a delivery that %s', async (state) => {
    const { clock, events, inFlight } = renewing(async (deliveries) => deliveries);
    inFlight[state] = true;
    await clock.advance(OWNERSHIP_TIME);
    expect([events, inFlight.cancellation.signal.aborted]).toEqual([[], false]);
  });

  it('reports that the broker is unavailable, and continues', async () => {
    const { clock, events } = renewing(() => Promise.reject(new Error('away')));
    await clock.advance((OWNERSHIP_TIME / 3) * 2);
    expect(events.map(({ type }) => type)).toEqual(['broker-problem', 'broker-problem']);
  });

  it('clears a suspect once it has run for an ownership time', async () => {
    const { clock, inFlight, cleared } = renewing(async () => []);
    inFlight.isAlone = true;
    await clock.advance(2 * OWNERSHIP_TIME);
    expect([cleared, inFlight.isAlone]).toEqual([[], true]);
    inFlight.isStarted = true;
    await clock.advance(OWNERSHIP_TIME);
    expect([cleared, inFlight.isAlone]).toEqual([[], true]);
    await clock.advance(OWNERSHIP_TIME / 3 + 1);
    expect([cleared.length, inFlight.isAlone]).toEqual([1, false]);
    expect(cleared[0]).toBeGreaterThanOrEqual(3 * OWNERSHIP_TIME);
  });

  it('does not clear a suspect whose extension fails', async () => {
    const { clock, inFlight, cleared } = renewing(() => Promise.reject(new Error('away')));
    inFlight.isAlone = true;
    await clock.advance(OWNERSHIP_TIME * 3);
    expect([cleared, inFlight.isAlone]).toEqual([[], true]);
  });

  it('does nothing once it is stopped', async () => {
    let calls = 0;
    const { clock, renewer } = renewing(async () => ((calls += 1), []));
    renewer.stop();
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toBe(0);
  });
});
