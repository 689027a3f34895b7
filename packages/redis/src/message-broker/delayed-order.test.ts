import { describe, expect, it } from 'vitest';
import { RedisStage, job, message, textOf } from '../../../../test/support/redis-stage.js';

describe('Messages that are due in the same millisecond', () => {
  const stage = new RedisStage();

  it('are delivered in publication order, independent of their ids', async () => {
    const dueAt = Date.now() + 300;
    const ids = ['9', '10', 'b', 'a', 'Z', '5', '50'];
    for (const id of ids) await stage.broker.publish([job(id, { dueAt })]);
    expect(await received(ids.length)).toEqual(ids);
  });

  it(
    'are, too, where thousands of them are published at once, jobs and bare messages',
    { timeout: 60_000 },
    async () => {
      const dueAt = Date.now() + 3_000;
      const texts = Array.from({ length: 12_000 }, (_, n) => `${n}`);
      await stage.broker.publish(texts.map((text, n) => (n % 3 ? job(text, { dueAt }) : message(text, { dueAt }))));
      expect(await received(texts.length)).toEqual(texts);
    },
  );

  it('come after messages that were due earlier, even if those were published later', async () => {
    const dueAt = Date.now() + 300;
    await stage.broker.publish([message('second', { dueAt })]);
    await stage.broker.publish([message('first', { dueAt: dueAt - 1 })]);
    await stage.broker.publish([message('third', { dueAt })]);
    expect(await received(3)).toEqual(['first', 'second', 'third']);
  });

  it('are found, cancelled and freed by the ids of their jobs', async () => {
    const dueAt = Date.now() + 60_000;
    await stage.broker.publish(['a', 'b:c', 'b'].map((id) => job(id, { dueAt })));
    expect(await stage.broker.inspect('b:c')).toMatchObject({ location: 'delayed', jobId: 'b:c', dueAt });
    expect(await stage.broker.cancel('b')).toMatchObject({ location: 'delayed', dueAt });
    expect(await stage.redis.zcard('repid:email:delayed')).toBe(2);
    expect(await stage.redis.hlen('repid:email:delayed:messages')).toBe(2);
    await stage.broker.publish([job('b', { dueAt })]);
    expect(await stage.broker.channels.purge('email')).toBe(3);
    expect(await stage.redis.keys('repid:*jobs')).toEqual([]);
  });

  async function received(count: number): Promise<string[]> {
    const consumer = await stage.consume();
    const texts: string[] = [];
    while (texts.length < count)
      texts.push(...(await consumer.receive(count - texts.length, { wait: true })).map(textOf));
    return texts;
  }
});
