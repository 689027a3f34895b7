import type { Consumer, Delivery } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';

const STREAM = 'repid:email';
const GROUP = 'repid:email:group';
const REJECT = { outcome: { type: 'reject', headers: {} } } as const;

describe('RedisMessageBroker, if it settles a batch,', () => {
  const fixture = new RedisFixture();

  it('refuses deliveries that another consumer has taken over', async () => {
    const deliveries = await delivered(20);
    await handTo('another', deliveries.slice(5, 8));
    expect(await settled(deliveries)).toEqual(except([5, 6, 7], 20));
    expect(await pendingEntries()).toEqual(deliveries.slice(5, 8).map(entryOf));
  });

  it('refuses deliveries that were redelivered to the same consumer', async () => {
    const deliveries = await delivered(20);
    await handTo(await ownName(), [deliveries[0]!, deliveries[19]!]);
    expect(await settled(deliveries)).toEqual(except([0, 19], 20));
    expect(await pendingEntries()).toEqual([deliveries[0]!, deliveries[19]!].map(entryOf));
  });

  it('refuses deliveries that are no longer owned, and settles the others', async () => {
    const deliveries = await delivered(10);
    await fixture.redis.xack(STREAM, GROUP, entryOf(deliveries[3]!), entryOf(deliveries[9]!));
    expect(await settled(deliveries)).toEqual(except([3, 9], 10));
  });

  it('settles deliveries with many other deliveries between them', async () => {
    const deliveries = await delivered(1_200);
    const some = deliveries.filter((_, n) => n % 100 === 7);
    await handTo('another', [some[4]!]);
    expect(await settled(some)).toEqual(except([4], 12));
    expect(await pendingEntries()).toHaveLength(1_200 - 11);
  });

  it('settles in any order', async () => {
    const deliveries = (await delivered(300)).toReversed();
    const [some, others] = [deliveries.filter((_, n) => n % 3), deliveries.filter((_, n) => n % 3 === 0)];
    expect(await settled([...some, ...others])).toEqual(except([], 300));
    expect(await fixture.redis.xlen(STREAM)).toBe(0);
  });

  it('settles deliveries of any count, priority and outcome', async () => {
    const consumer = await fixture.broker.consume({ channels: ['email', 'sms'] });
    await fixture.broker.publish([message('1'), job('2'), message('3', { channel: 'sms' })]);
    const deliveries = await received(consumer, 3);
    await handTo('another', deliveries.filter(isMedium), 'JUSTID');
    await handTo(await ownName(), deliveries.filter(isMedium), 'JUSTID');
    await fixture.broker.publish([message('4', { priority: 'low' }), message('5', { priority: 'low' }), message('6')]);
    deliveries.push(...(await received(consumer, 3)));
    const ends = deliveries.map((delivery, n) => delivery.settle(n % 2 ? REJECT : ACK));
    expect(await Promise.allSettled(ends)).toHaveLength(6);
    await Promise.all(ends);
    const back = deliveries.filter((_, n) => n % 2).map(textOf);
    expect((await received(consumer, 3)).map(textOf).toSorted()).toEqual(back.toSorted());
  });

  it('settles a delivery once that is in one call twice', async () => {
    const [one, other] = (await delivered(2)) as [Delivery, Delivery];
    expect(await settled([one, other, twinOf(one)])).toEqual(except([2], 3));
  });

  it('settles a delivery once that is in one call with two outcomes', async () => {
    const [one] = (await delivered(1)) as [Delivery];
    const twin = twinOf(one);
    const ends = await Promise.allSettled([one.settle(REJECT), twin.settle(ACK)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await fixture.redis.xlen(STREAM)).toBe(1);
  });

  async function delivered(count: number): Promise<Delivery[]> {
    const consumer = await fixture.consume();
    await fixture.broker.publish(Array.from({ length: count }, (_, n) => message(`${n}`)));
    return received(consumer, count);
  }

  async function received(consumer: Consumer, count: number): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    while (deliveries.length < count) {
      const more = await consumer.receive(count - deliveries.length, { wait: true });
      if (more.length === 0) throw new Error(`There were but ${deliveries.length} deliveries.`);
      deliveries.push(...more);
    }
    return deliveries;
  }

  async function handTo(consumer: string, deliveries: readonly Delivery[], ...options: string[]): Promise<void> {
    await fixture.redis.call('XCLAIM', STREAM, GROUP, consumer, '0', ...deliveries.map(entryOf), ...options);
  }

  async function ownName(): Promise<string> {
    const consumers = (await fixture.redis.xinfo('CONSUMERS', STREAM, GROUP)) as string[][];
    return consumers.map(([, name]) => name!).find((name) => name.startsWith('repid-'))!;
  }

  async function pendingEntries(): Promise<string[]> {
    const pending = (await fixture.redis.xpending(STREAM, GROUP, '-', '+', 10_000)) as [string][];
    return pending.map(([entry]) => entry);
  }
});

async function settled(deliveries: readonly Delivery[]): Promise<string[]> {
  const ends = await Promise.allSettled(deliveries.map((delivery) => delivery.settle(ACK)));
  return ends.map((end) => (end.status === 'fulfilled' ? 'settled' : (end.reason as { code: string }).code));
}

function except(lost: readonly number[], count: number): string[] {
  return Array.from({ length: count }, (_, n) => (lost.includes(n) ? 'REPID_LOST_OWNERSHIP' : 'settled'));
}

function entryOf(delivery: Delivery): string {
  return delivery.id.split(':')[0]!;
}

function isMedium({ priority, message: { channel } }: Delivery): boolean {
  return priority === 'medium' && channel === 'email';
}

/** Another object for the same delivery. */
function twinOf(delivery: Delivery): Delivery {
  return Object.assign(Object.create(Object.getPrototypeOf(delivery) as object) as Delivery, delivery);
}
