import { describe, expect, it } from 'vitest';
import { AdjustableClock } from '../clock/index.js';
import type { InMemoryDelivery } from './delivery.js';
import { InMemoryMessageBroker } from './index.js';

const MESSAGE = { channel: 'act', payload: new Uint8Array(), headers: {} };

describe('A referenced delivery does not keep later deliveries in memory', () => {
  it('once it is settled', async () => {
    const { deliveries, broker } = await deliver(3);
    await deliveries[0]!.settle({ outcome: { type: 'ack' }, publish: [] });
    expect(deliveries.map(({ lease }) => lease !== undefined)).toEqual([false, true, true]);
    await broker.disconnect();
  });

  it('once it is lost', async () => {
    const { deliveries, broker, clock } = await deliver(2);
    await clock.advance(1_000);
    await (await broker.consume({ channels: ['act'] })).receive(2, { wait: false });
    expect(deliveries.map(({ lease }) => lease)).toEqual([undefined, undefined]);
    await broker.disconnect();
  });
});

async function deliver(count: number) {
  const clock = new AdjustableClock();
  const broker = new InMemoryMessageBroker({ clock, ownershipTime: '1s' });
  await broker.connect();
  await broker.publish(Array.from({ length: count }, () => MESSAGE));
  const consumer = await broker.consume({ channels: ['act'] });
  return { clock, broker, deliveries: (await consumer.receive(count, { wait: false })) as InMemoryDelivery[] };
}
