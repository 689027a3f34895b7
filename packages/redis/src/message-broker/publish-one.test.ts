import { describe, expect, it } from 'vitest';
import { RedisStage, job, message } from '../../../../test/support/redis-stage.js';

describe('A message that is published alone', () => {
  const stage = new RedisStage();

  it('leaves at once, and those that come while it is on its way leave together', async () => {
    await stage.broker.publish([message('first')]);
    await stage.redis.config('RESETSTAT');
    const alone = stage.broker.publish([message('alone')]);
    await new Promise(setImmediate);
    await Promise.all([alone, ...Array.from({ length: 20 }, (_, n) => stage.broker.publish([message(`${n}`)]))]);
    expect(await stage.redis.xlen('repid:email')).toBe(22);
    expect(await callsOf('evalsha')).toBe(2);
  });

  it('is sent together with the others of its turn', async () => {
    await stage.broker.publish([message('first')]);
    await stage.redis.config('RESETSTAT');
    await Promise.all(Array.from({ length: 20 }, (_, n) => stage.broker.publish([job(`${n}`)])));
    expect(await callsOf('evalsha')).toBe(1);
  });

  it.each([
    ['a bare message', message('x'), ['payload', 'x', 'headers', '{"topic":"act"}']],
    ['a job', job('j'), ['payload', 'j', 'headers', '{"topic":"act","repid-id":"j"}']],
    ['a job whose headers do not say its id', message('x', { id: 'j', headers: {} }), ['payload', 'x', 'id', 'j']],
    [
      'all there is',
      message('x', { headers: {}, contentType: 'text/plain', replyTo: 'answers' }),
      ['payload', 'x', 'content_type', 'text/plain', 'reply_to', 'answers'],
    ],
  ])('is written as among others: %s', async (_, one, fields) => {
    await stage.broker.publish([one]);
    const [[entry, alone]] = (await stage.redis.xrange('repid:email', '-', '+')) as [[string, string[]]];
    expect(alone).toEqual(fields);
    expect(await stage.redis.hgetall('repid::jobs')).toEqual(
      one.id === undefined ? {} : { [one.id]: `m${entry}@email` },
    );
  });

  it('is refused where its id is taken', async () => {
    await stage.broker.publish([job('j')]);
    await expect(stage.broker.publish([job('j')])).rejects.toMatchObject({ code: 'REPID_DUPLICATE_JOB' });
    expect(await stage.redis.xlen('repid:email')).toBe(1);
  });

  it.each([
    ['its stream is none', 'repid:email', message('x')],
    ['the index is none', 'repid::jobs', job('j')],
  ])('is refused where %s', async (_, key, one) => {
    await stage.redis.set(key, 'text');
    await expect(stage.broker.publish([one])).rejects.toThrow(`WRONGTYPE`);
    expect(await stage.redis.get(key)).toBe('text');
    expect(await stage.redis.exists('repid:email', 'repid::jobs')).toBe(1);
  });

  async function callsOf(command: string): Promise<number> {
    const stats = await stage.redis.info('commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }
});
