import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Delivery } from '../broker/index.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { InFlightDeliveries } from './in-flight-deliveries.js';

const create = () => new InFlightDelivery({} as Delivery, { receivedAt: 0, ownedSince: 0, ownedUntil: 0 }, () => {});

it('holds what was added and not deleted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const all = Array.from({ length: 10 }, create);
      const deliveries = new InFlightDeliveries();
      const expected = new Set<InFlightDelivery>();
      for (const [isAdded, n] of steps) {
        const inFlight = all[n]!;
        if (!isAdded) deliveries.delete(inFlight);
        else if (!expected.has(inFlight)) deliveries.add(inFlight);
        if (isAdded) expected.add(inFlight);
        else expected.delete(inFlight);
      }
      expect(deliveries.size).toBe(expected.size);
      expect(new Set(deliveries)).toEqual(expected);
      expect(all.filter((inFlight) => deliveries.has(inFlight))).toEqual(
        all.filter((inFlight) => expected.has(inFlight)),
      );
    }),
  );
});

it('can be emptied during iteration', () => {
  const deliveries = new InFlightDeliveries();
  for (let n = 0; n < 5; n += 1) deliveries.add(create());
  let seen = 0;
  for (const inFlight of deliveries) {
    deliveries.delete(inFlight);
    seen += 1;
  }
  expect([seen, deliveries.size]).toEqual([5, 0]);
});
