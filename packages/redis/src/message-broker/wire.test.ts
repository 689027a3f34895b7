import { describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, message, take, textOf } from '../../../../test/support/redis-fixture.js';

describe('The wire format of RedisMessageBroker', () => {
  const fixture = new RedisFixture();

  describe('messages', () => {
    it('writes a bare message as the Python library does, and nothing else', async () => {
      await fixture.broker.publish([message('{}', { contentType: 'application/json', replyTo: 'answers' })]);
      expect((await fixture.redis.xrange('repid:email', '-', '+'))[0]![1]).toEqual([
        ...['payload', '{}', 'headers', '{"topic":"act"}'],
        ...['content_type', 'application/json', 'reply_to', 'answers'],
      ]);
      expect((await fixture.redis.keys('*')).toSorted()).toEqual(['repid::channels', 'repid:email']);
    });

    it('omits the fields that a message does not have', async () => {
      await fixture.broker.publish([message('x', { headers: {} })]);
      expect((await fixture.redis.xrange('repid:email', '-', '+'))[0]![1]).toEqual(['payload', 'x']);
    });

    it('reads what the Python library writes', async () => {
      await fixture.redis.xadd(
        'repid:email',
        '*',
        'payload',
        'hi',
        'headers',
        '{"topic": "act"}',
        'content_type',
        'text/plain',
      );
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      expect(textOf(delivery!)).toBe('hi');
      expect(delivery!.message).toMatchObject({ headers: { topic: 'act' }, contentType: 'text/plain' });
    });

    it('writes the origin and the reason of a dead letter', async () => {
      await fixture.broker.publish([message('broken')]);
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      const reason = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 };
      await delivery!.settle({ outcome: { type: 'nack', headers: { topic: 'act', tried: '1' }, reason } });
      expect((await fixture.redis.xrange('repid:email:dlq', '-', '+'))[0]![1]).toEqual([
        ...['payload', 'broken', 'headers', '{"topic":"act","tried":"1"}'],
        ...['original_stream', 'repid:email', 'original_id', delivery!.id, 'reason', JSON.stringify(reason)],
      ]);
    });

    it('reads a dead letter without a reason', async () => {
      const at = Date.now() - 60_000;
      await fixture.redis.xadd('repid:email:dlq', `${at}-0`, 'payload', 'old', 'original_stream', 'repid:email');
      const [letter] = await fixture.broker.channels.deadLetters('email', 1);
      expect(letter).toMatchObject({ id: `${at}-0`, reason: { at } });
    });

    it('writes an id field for a job without an id header', async () => {
      await fixture.broker.publish([message('x', { id: 'j1' })]);
      expect((await fixture.redis.xrange('repid:email', '-', '+'))[0]![1]).toContain('id');
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      await delivery!.settle(ACK);
      expect(await fixture.where('j1')).toBeUndefined();
    });
  });

  describe('payloads', () => {
    const TEXT = 'Zażółć gęślą jaźń 🦊';

    it.each<[string, Uint8Array]>([
      ['nothing', Buffer.alloc(0)],
      ['multi-byte text', Buffer.from(TEXT)],
      ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x61])],
      ['zeros and line ends', Buffer.from('\0\r\n$3\r\n\0')],
      ['a lone surrogate', Buffer.from([0xed, 0xa0, 0x80])],
      ['an incomplete character', Buffer.from(TEXT).subarray(0, -1)],
      ['bytes that are not text', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ['a part of a larger array', new Uint8Array(Buffer.from(`..${TEXT}..`)).subarray(2, -2)],
      ['long text', Buffer.from(TEXT.repeat(10_000))],
      ['long bytes', Buffer.alloc(100_000, 0xff)],
    ])('keep their bytes, published directly or as followers: %s', async (_, payload) => {
      await fixture.broker.publish([{ ...message(''), payload }]);
      const consumer = await fixture.consume();
      const [first] = await consumer.receive(1, { wait: true });
      await first!.settle({ ...ACK, publish: [{ ...message(''), payload }, message(TEXT)] });
      const [second, other] = await consumer.receive(2, { wait: true });
      expect(Buffer.from(first!.message.payload)).toEqual(Buffer.from(payload));
      expect(Buffer.from(second!.message.payload)).toEqual(Buffer.from(payload));
      expect(textOf(other!)).toBe(TEXT);
    });
  });

  describe('malformed entries', () => {
    it.each([
      ['no payload', ['nonsense', 'yes']],
      ['headers that are not JSON', ['payload', 'x', 'headers', '{"topic"']],
      ['headers that are not an object', ['payload', 'x', 'headers', '[]']],
      ['headers that are not text', ['payload', 'x', 'headers', '{"a":{"b":1}}']],
      ['random bytes', [Buffer.from([0, 255, 128]), Buffer.from([1, 254])]],
    ])('go to the dead letters unchanged: %s', async (_, fields) => {
      const problems: Error[] = [];
      await fixture.redis.xadd('repid:email', '*', ...fields);
      const consumer = await fixture.consume((problem) => problems.push(problem));
      await fixture.broker.publish([message('good')]);
      expect(await take(consumer)).toEqual(['good']);
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1), 10_000);
      const [[, dead]] = (await fixture.redis.xrangeBuffer('repid:email:dlq', '-', '+')) as [[Buffer, Buffer[]]];
      expect(dead.slice(0, fields.length)).toEqual(fields.map((field) => Buffer.from(field)));
      expect((await fixture.broker.channels.deadLetters('email', 1))[0]!.reason.code).toBe('REPID_MALFORMED_MESSAGE');
      expect(problems).toHaveLength(1);
    });
  });
});
