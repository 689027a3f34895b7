import type { Consumer, Delivery, OutgoingMessage, Settlement } from '@repid/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import type { RedisMessageBroker } from './redis-message-broker.js';

const GROUP = 'repid:email:group';
const ALONE = { wait: false, alone: true } as const;
const ownershipTime = 400;

describe('A suspect in Redis', () => {
  const fixture = new RedisFixture();
  let broker: RedisMessageBroker;
  let buckets: RedisBucketBroker;
  beforeEach(async () => {
    broker = await fixture.connected({ ownershipTime, maxDeliveries: 2 });
    buckets = await fixture.transactionalBuckets();
    await broker.join(buckets);
  });

  describe('that runs alone', () => {
    const reason = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 };

    it.each<[string, OutgoingMessage, (delivery: Delivery) => Settlement, object]>([
      ['ack of a bare message', message('x'), () => ACK, {}],
      ['ack of a job', job('x'), () => ACK, {}],
      ['ack with a result', job('x'), () => ({ ...ACK, bucket: result('x') }), {}],
      ['ack with a follower', job('x'), () => ({ ...ACK, publish: [job('y')] }), { queued: 1 }],
      [
        'nack',
        job('x'),
        ({ message: { headers } }) => ({ outcome: { type: 'nack', headers, reason } }),
        { deadLetters: 1 },
      ],
      [
        'retry',
        job('x'),
        ({ message: { headers } }) => ({ outcome: { type: 'retry', headers, delay: 60_000 } }),
        { delayed: 1 },
      ],
    ])('is settled like any message: %s', async (_, outgoing, settlementOf, left) => {
      const consumer = await suspecting([outgoing]);
      const [delivery] = await consumer.receive(5, ALONE);
      await delivery!.settle(settlementOf(delivery!));
      const none = { queued: 0, running: 0, delayed: 0, deadLetters: 0 };
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ ...none, ...left });
    });

    it('is settled by the call that reads the next messages', async () => {
      const consumer = await suspecting([job('x')]);
      await broker.publish([job('next')]);
      const [delivery] = await consumer.receive(5, ALONE);
      const settled = delivery!.settle(ACK);
      expect((await consumer.receive(5, { wait: false })).map(textOf)).toEqual(['next']);
      await settled;
      expect(await fixture.where('x')).toBeUndefined();
    });

    it('can be taken over although it has the mark', async () => {
      const consumer = await suspecting([job('x')]);
      const [delivery] = await consumer.receive(5, ALONE);
      await fixture.redis.xclaim('repid:email', GROUP, 'another', 0, entryOf(delivery!), 'JUSTID');
      await expect(delivery!.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
      expect(await consumer.extend([delivery!])).toEqual([delivery]);
    });

    it('keeps its mark when it is extended too soon, and loses it after its time', async () => {
      const consumer = await suspecting([message('x')]);
      const [delivery] = await consumer.receive(5, ALONE);
      expect(await deliveries()).toBe(1_000_002);
      await consumer.markStarted(delivery!);
      const begun = performance.now();
      expect(await consumer.extend([delivery!])).toEqual([]);
      expect(await deliveries()).toBe(2_000_002);
      await vi.waitFor(async () => {
        expect(await consumer.extend([delivery!])).toEqual([]);
        expect(await deliveries()).toBe(2);
      });
      expect(performance.now() - begun).toBeGreaterThanOrEqual(ownershipTime);
      await delivery!.settle(ACK);
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
    });

    it('keeps its mark, however long it runs, if it must be refused', async () => {
      await suspecting([message('x')]).then(loseAlone);
      await suspecting([]).then(loseAlone);
      const consumer = await suspecting([]);
      const [delivery] = await consumer.receive(1, ALONE);
      expect([delivery!.deliveryCount, delivery!.isExhausted]).toEqual([4, true]);
      const until = performance.now() + 1.5 * ownershipTime;
      while (performance.now() < until) expect(await consumer.extend([delivery!])).toEqual([]);
      expect(await deliveries()).toBe(5_000_004);
      await delivery!.settle(ACK);
    });
  });

  it('is no longer a suspect of a consumer after another has taken it', async () => {
    const [one, other] = [await suspecting([message('x')]), await broker.consume({ channels: ['email'] })];
    await untilSuspected(other);
    const [delivery] = await one.receive(1, ALONE);
    const extending = setInterval(() => void one.extend([delivery!]), ownershipTime / 4);
    await vi.waitFor(() => expect(other.hasSuspects).toBe(false), 5_000);
    clearInterval(extending);
    await delivery!.settle(ACK);
  });

  it('does not prevent the takeover of other messages, however many suspects precede them', async () => {
    const count = 1_000;
    await broker.publish(Array.from({ length: count }, (_, n) => message(`suspect ${n}`)));
    await broker.publish([message('harmless')]);
    await broker.channels.declare('email');
    await fixture.redis.xreadgroup('GROUP', GROUP, 'dead', 'COUNT', count + 1, 'STREAMS', 'repid:email', '>');
    const ids = (await fixture.redis.xrange('repid:email', '-', '+')).map(([id]) => id);
    const harmless = ids.pop()!;
    await fixture.redis.xclaim('repid:email', GROUP, 'dead', 0, ...ids, 'IDLE', 60_000, 'RETRYCOUNT', 1, 'JUSTID');
    await fixture.redis.xclaim('repid:email', GROUP, 'dead', 0, harmless, 'IDLE', 60_000, 'RETRYCOUNT', 0, 'JUSTID');
    const consumer = await broker.consume({ channels: ['email'] });
    expect((await consumer.receive(1, { wait: false })).map(textOf)).toEqual(['harmless']);
  });

  async function loseAlone(vanishing: Consumer): Promise<void> {
    const [delivery] = await vanishing.receive(1, ALONE);
    await vanishing.markStarted(delivery!);
    await vanishing.close();
  }

  /** Creates a consumer that knows of suspects: existing ones, and the messages, each of which loses a worker. */
  async function suspecting(messages: OutgoingMessage[]): Promise<Consumer> {
    await broker.publish(messages);
    const vanishing = await broker.consume({ channels: ['email'] });
    await vanishing.receive(messages.length, { wait: true });
    await vanishing.close();
    const consumer = await broker.consume({ channels: ['email'] });
    await untilSuspected(consumer);
    return consumer;
  }

  async function untilSuspected(consumer: Consumer): Promise<void> {
    await vi.waitFor(async () => {
      expect(await consumer.receive(1, { wait: false })).toEqual([]);
      expect(consumer.hasSuspects).toBe(true);
    }, 5_000);
  }

  async function deliveries(): Promise<number> {
    const [pending] = (await fixture.redis.xpending('repid:email', GROUP, '-', '+', 1)) as [
      [string, string, number, number],
    ];
    return pending[3];
  }

  function result(id: string) {
    const body = '{"success":true,"ttl":60000,"timestamp":1,"data":null}';
    return { id, body, ttl: 60_000, success: true, into: buckets };
  }
});

function entryOf(delivery: Delivery): string {
  return delivery.id.split(':')[0]!;
}
