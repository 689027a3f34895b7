import { BrokerRefusedError, REPLY_CHANNELS } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { ACK, RedisFixture, job, message, take } from '../../../../test/support/redis-fixture.js';

const HOUR = 3_600_000;

describe('RedisMessageBroker with keys of the wrong type', () => {
  const fixture = new RedisFixture();
  const foreign = { channel: 'foreign' };

  it('rejects a batch, and publishes none of it', async () => {
    await fixture.redis.set('repid:foreign', 'not a stream');
    const batch = [message('good'), message('bad', foreign)];
    await expect(fixture.broker.publish(batch)).rejects.toThrow(BrokerRefusedError);
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0 });
  });

  it('commits nothing of a settlement: no result, no acknowledgement, no follower', async () => {
    const buckets = await fixture.transactionalBuckets();
    await fixture.redis.set('repid:foreign', 'not a stream');
    await fixture.broker.publish([job('first')]);
    const consumer = await fixture.consume();
    const [delivery] = await consumer.receive(1, { wait: true });
    const bucket = { id: 'result', body: '{}', ttl: null, success: true, into: buckets };
    const settlement = { ...ACK, bucket, publish: [message('good'), job('bad', foreign)] };
    await expect(delivery!.settle(settlement)).rejects.toThrow(BrokerRefusedError);
    expect(await buckets.get(['result'])).toEqual([undefined]);
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0, running: 1 });
    await delivery!.settle(ACK);
  });

  it('has no key that a channel or a bucket could use', async () => {
    const buckets = await fixture.transactionalBuckets();
    await fixture.broker.publish(
      ['channels', 'waiting', 'skipped', 'client'].map((channel) => message('x', { channel })),
    );
    await buckets.store([{ id: 'x:waiters', body: '{}', ttl: null, success: true }]);
    await expect(buckets.wait('y', { timeout: 10 })).rejects.toThrow('y');
    expect(await buckets.get(['x:waiters'])).toEqual(['{}']);
  });
});

describe('RedisConsumer of several streams', () => {
  const fixture = new RedisFixture();

  it('can be woken at any moment', async () => {
    const consumer = await fixture.broker.consume({ channels: ['one', 'two', 'three'] });
    for (let round = 0; round < 60; round += 1) {
      const received = consumer.receive(1, { wait: true });
      for (let turn = 0; turn < round % 12; turn += 1) await new Promise(setImmediate);
      const begun = performance.now();
      consumer.wake();
      expect(await received).toEqual([]);
      expect(performance.now() - begun).toBeLessThan(1_000);
    }
  });
});

describe('A channel for replies', () => {
  const fixture = new RedisFixture();
  const channel = `${REPLY_CHANNELS}1`;

  it('expires within an hour after its process was killed', async () => {
    const consumer = await fixture.broker.consume({ channels: [channel] });
    expect(await fixture.redis.pttl(`repid:${channel}`)).toBeGreaterThan(HOUR - 60_000);
    await fixture.broker.publish([message('reply', { channel })]);
    expect(await take(consumer)).toEqual(['reply']);
    await fixture.broker.channels.delete(channel);
    await fixture.broker.publish([message('late', { channel })]);
    expect(await fixture.redis.pttl(`repid:${channel}`)).toBeGreaterThan(HOUR - 60_000);
    await fixture.broker.publish([message('x')]);
    expect(await fixture.redis.pttl('repid:email')).toBe(-1);
  });
});
