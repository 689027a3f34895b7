import { describe, expect, it } from 'vitest';
import { newId } from '../job/new-id.js';
import { formatReplyAddress, isChannelName, parseReplyAddress, REPLY_CHANNELS } from './index.js';

describe('A reply address', () => {
  it('survives writing and reading, and names a channel', () => {
    for (let n = 0; n < 1_000; n += 1) {
      const address = { channel: `${REPLY_CHANNELS}${newId()}`, correlation: newId() };
      const text = formatReplyAddress(address);
      expect(parseReplyAddress(text)).toEqual(address);
      expect(isChannelName(text)).toBe(true);
    }
  });

  it.each(['answers', 'repid-replies.client', 'orders/created', 'my.repid-replies.a.b'])(
    'is not the name of a mere channel: %s',
    (name) => expect(parseReplyAddress(name)).toBeUndefined(),
  );
});

describe('The name of a channel', () => {
  it.each(['default', '_x', '2fa', 'orders/created', 'a.b-c_d', 'eu/west/1'])('may be %s', (name) =>
    expect(isChannelName(name)).toBe(true),
  );

  it.each(['', 'bucket', '/a', '.a', '-a', 'a:b', 'a b', 'a@b', '{a}', 'a*', 'ä', 5, undefined])(
    'cannot be %j',
    (name) => expect(isChannelName(name)).toBe(false),
  );
});
