import type { Consumer, Delivery } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';

const STREAM = 'repid:email';
const GROUP = 'repid:email:group';

describe('An acknowledgement that is pending when the next message is fetched', () => {
  const fixture = new RedisFixture();

  it('is committed by the call that takes the next messages', async () => {
    const { first, consumer } = await withFirst([message('one'), message('two')]);
    await fixture.redis.config('RESETSTAT');
    expect(await settledAndNext(first, consumer)).toEqual(['two']);
    expect(await callsOf('evalsha')).toBe(1);
    expect(await fixture.redis.xlen(STREAM)).toBe(1);
    expect(await fixture.redis.xpending(STREAM, GROUP)).toMatchObject({ 0: 1 });
  });

  it('is committed if no message is queued, and the fetch waits for one', async () => {
    const { first, consumer } = await withFirst([message('one')]);
    const settled = first.settle(ACK);
    const next = consumer.receive(1, { wait: true });
    await settled;
    await fixture.broker.publish([message('two')]);
    expect((await next).map(textOf)).toEqual(['two']);
  });

  it('does not prevent the fetch from being woken', async () => {
    const { first, consumer } = await withFirst([message('one')]);
    const settled = first.settle(ACK);
    const next = consumer.receive(1, { wait: true });
    consumer.wake();
    expect(await next).toEqual([]);
    await settled;
    expect(await fixture.redis.xlen(STREAM)).toBe(0);
  });

  it.each([['medium'], ['high']] as const)('frees the id of a job of %s priority', async (priority) => {
    const { first, consumer } = await withFirst([job('one', { priority }), job('two', { priority })]);
    expect(await settledAndNext(first, consumer)).toEqual(['two']);
    expect(await fixture.where('one')).toBeUndefined();
    expect(await fixture.where('two')).toBeDefined();
  });

  it('does not free an id that belongs to another job', async () => {
    const { first, consumer } = await withFirst([job('one'), message('two')]);
    await fixture.redis.hset('repid::jobs', 'one', 'm0-1@email');
    expect(await settledAndNext(first, consumer)).toEqual(['two']);
    expect(await fixture.redis.hget('repid::jobs', 'one')).toBe('m0-1@email');
  });

  it.each([
    ['another consumer', 'another'],
    ['the same consumer again', undefined],
  ])('is refused if the message was redelivered to %s, and the next message is delivered', async (_, name) => {
    const { first, consumer } = await withFirst([message('one'), message('two')]);
    await fixture.redis.xclaim(STREAM, GROUP, name ?? (await ownName()), 0, first.id);
    const settled = expect(first.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    expect((await consumer.receive(1, { wait: true })).map(textOf)).toEqual(['two']);
    await settled;
    expect(await fixture.redis.xlen(STREAM)).toBe(2);
  });

  it('is refused if the job index has the wrong type, and the next message is delivered', async () => {
    const { first, consumer } = await withFirst([job('one'), message('two')]);
    await fixture.redis.set('repid::jobs', 'text');
    const settled = expect(first.settle(ACK)).rejects.toMatchObject({ code: 'REPID_BROKER_REFUSED' });
    expect((await consumer.receive(1, { wait: true })).map(textOf)).toEqual(['two']);
    await settled;
    expect(await fixture.redis.xlen(STREAM)).toBe(2);
  });

  it('is refused if the server lost its data, and the consumer continues', async () => {
    const { first, consumer } = await withFirst([message('one')]);
    await fixture.redis.flushall();
    const settled = expect(first.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    const next = consumer.receive(1, { wait: true });
    await settled;
    await fixture.broker.publish([message('two')]);
    expect((await next).map(textOf)).toEqual(['two']);
  });

  it('is committed if the server has lost the script', async () => {
    const { first, consumer } = await withFirst([message('one'), message('two')]);
    await fixture.redis.script('FLUSH');
    expect(await settledAndNext(first, consumer)).toEqual(['two']);
  });

  it('is committed by a separate call if another stream is read', async () => {
    const { first } = await withFirst([message('one')]);
    const other = await fixture.broker.consume({ channels: ['sms'] });
    await fixture.broker.publish([message('two', { channel: 'sms' })]);
    expect(await settledAndNext(first, other)).toEqual(['two']);
    expect(await fixture.redis.xlen(STREAM)).toBe(0);
  });

  async function withFirst(messages: Parameters<typeof fixture.broker.publish>[0]) {
    const consumer = await fixture.consume();
    await fixture.broker.publish(messages);
    const [first] = await consumer.receive(1, { wait: true });
    return { first: first!, consumer };
  }

  async function settledAndNext(delivery: Delivery, consumer: Consumer): Promise<string[]> {
    const settled = delivery.settle(ACK);
    const next = await consumer.receive(1, { wait: true });
    await settled;
    return next.map(textOf);
  }

  async function callsOf(command: string): Promise<number> {
    const stats = await fixture.redis.info('commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  async function ownName(): Promise<string> {
    const [consumer] = (await fixture.redis.xinfo('CONSUMERS', STREAM, GROUP)) as [string[]];
    return consumer[1]!;
  }
});
