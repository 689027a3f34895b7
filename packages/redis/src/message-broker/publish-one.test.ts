import { describe, expect, it } from 'vitest';
import { RedisFixture, job, message } from '../../../../test/support/redis-fixture.js';

describe('A message that is published alone', () => {
  const fixture = new RedisFixture();

  it('is sent immediately, and messages published before its reply are sent together', async () => {
    await fixture.broker.publish([message('first')]);
    await fixture.redis.config('RESETSTAT');
    const alone = fixture.broker.publish([message('alone')]);
    await new Promise(setImmediate);
    await Promise.all([alone, ...Array.from({ length: 20 }, (_, n) => fixture.broker.publish([message(`${n}`)]))]);
    expect(await fixture.redis.xlen('repid:email')).toBe(22);
    expect(await callsOf('evalsha')).toBe(2);
  });

  it('is sent together with the others of its turn', async () => {
    await fixture.broker.publish([message('first')]);
    await fixture.redis.config('RESETSTAT');
    await Promise.all(Array.from({ length: 20 }, (_, n) => fixture.broker.publish([job(`${n}`)])));
    expect(await callsOf('evalsha')).toBe(1);
  });

  it.each([
    ['a bare message', message('x'), ['payload', 'x', 'headers', '{"topic":"act"}']],
    ['a job', job('j'), ['payload', 'j', 'headers', '{"topic":"act","repid-id":"j"}']],
    ['a job without an id header', message('x', { id: 'j', headers: {} }), ['payload', 'x', 'id', 'j']],
    [
      'all fields',
      message('x', { headers: {}, contentType: 'text/plain', replyTo: 'answers' }),
      ['payload', 'x', 'content_type', 'text/plain', 'reply_to', 'answers'],
    ],
  ])('is written like a message of a batch: %s', async (_, one, fields) => {
    await fixture.broker.publish([one]);
    const [[entry, alone]] = (await fixture.redis.xrange('repid:email', '-', '+')) as [[string, string[]]];
    expect(alone).toEqual(fields);
    expect(await fixture.redis.hgetall('repid::jobs')).toEqual(
      one.id === undefined ? {} : { [one.id]: `m${entry}@email` },
    );
  });

  it('is refused if its id is taken', async () => {
    await fixture.broker.publish([job('j')]);
    await expect(fixture.broker.publish([job('j')])).rejects.toMatchObject({ code: 'REPID_DUPLICATE_JOB' });
    expect(await fixture.redis.xlen('repid:email')).toBe(1);
  });

  it.each([
    ['its stream has the wrong type', 'repid:email', message('x')],
    ['the job index has the wrong type', 'repid::jobs', job('j')],
  ])('is refused if %s', async (_, key, one) => {
    await fixture.redis.set(key, 'text');
    await expect(fixture.broker.publish([one])).rejects.toThrow(`WRONGTYPE`);
    expect(await fixture.redis.get(key)).toBe('text');
    expect(await fixture.redis.exists('repid:email', 'repid::jobs')).toBe(1);
  });

  async function callsOf(command: string): Promise<number> {
    const stats = await fixture.redis.info('commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }
});
