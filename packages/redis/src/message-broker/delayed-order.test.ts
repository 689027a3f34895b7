import { describe, expect, it } from 'vitest';
import { RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';

describe('Messages that are due in the same millisecond', () => {
  const fixture = new RedisFixture();

  it('are delivered in publication order, independent of their ids', async () => {
    const dueAt = Date.now() + 300;
    const ids = ['9', '10', 'b', 'a', 'Z', '5', '50'];
    for (const id of ids) await fixture.broker.publish([job(id, { dueAt })]);
    expect(await received(ids.length)).toEqual(ids);
  });

  it(
    'are delivered in publication order even if thousands of jobs and bare messages are published together',
    { timeout: 60_000 },
    async () => {
      const dueAt = Date.now() + 3_000;
      const texts = Array.from({ length: 12_000 }, (_, n) => `${n}`);
      await fixture.broker.publish(texts.map((text, n) => (n % 3 ? job(text, { dueAt }) : message(text, { dueAt }))));
      expect(await received(texts.length)).toEqual(texts);
    },
  );

  it('come after messages that were due earlier, even if those were published later', async () => {
    const dueAt = Date.now() + 300;
    await fixture.broker.publish([message('second', { dueAt })]);
    await fixture.broker.publish([message('first', { dueAt: dueAt - 1 })]);
    await fixture.broker.publish([message('third', { dueAt })]);
    expect(await received(3)).toEqual(['first', 'second', 'third']);
  });

  it('are found and cancelled by job id, which frees the id', async () => {
    const dueAt = Date.now() + 60_000;
    await fixture.broker.publish(['a', 'b:c', 'b'].map((id) => job(id, { dueAt })));
    expect(await fixture.broker.inspect('b:c')).toMatchObject({ location: 'delayed', jobId: 'b:c', dueAt });
    expect(await fixture.broker.cancel('b')).toMatchObject({ location: 'delayed', dueAt });
    expect(await fixture.redis.zcard('repid:email:delayed')).toBe(2);
    expect(await fixture.redis.hlen('repid:email:delayed:messages')).toBe(2);
    await fixture.broker.publish([job('b', { dueAt })]);
    expect(await fixture.broker.channels.purge('email')).toBe(3);
    expect(await fixture.redis.keys('repid:*jobs')).toEqual([]);
  });

  async function received(count: number): Promise<string[]> {
    const consumer = await fixture.consume();
    const texts: string[] = [];
    while (texts.length < count)
      texts.push(...(await consumer.receive(count - texts.length, { wait: true })).map(textOf));
    return texts;
  }
});
