import { describe, expect, it } from 'vitest';
import { followerId } from './follower-id.js';

const delivery = {
  id: '1700-0',
  priority: 'medium',
  message: { channel: 'a', payload: new Uint8Array(), headers: {} },
} as const;
const onChannel = (channel: string) => ({ ...delivery, message: { ...delivery.message, channel } });
const id = (parameters = {}, position = 0, from: Parameters<typeof followerId>[0] = delivery) =>
  followerId(from, parameters, position);

describe('The id of a follower', () => {
  it.each([
    ['a job', () => id({ id: 'one', nonce: 'x' }, 3)],
    ['a bare message', () => id({}, 3)],
  ])('is the same each time that the run of %s is repeated', (_, make) => expect(make()).toBe(make()));

  it('is the same for each channel and delivery of the job', () => {
    const elsewhere = { ...onChannel('b'), id: '1800-0', priority: 'low' } as const;
    expect(id({ id: 'one' }, 0, elsewhere)).toBe(id({ id: 'one' }));
  });

  it.each([
    ['the position', id({ id: 'one' }, 1)],
    ['the job', id({ id: 'two' })],
    ['the run', id({ id: 'one', nonce: '.1' })],
    ['the enqueueing', id({ id: 'one', nonce: 'token' })],
    ['the kind of its parent', id({})],
    ['texts that are equal when joined', id({ id: 'one\0x' })],
  ])('differs by %s', (_, other) => expect(other).not.toBe(id({ id: 'one' })));

  it.each([
    ['channel', onChannel('b')],
    ['priority', { ...delivery, priority: 'high' } as const],
    ['delivery', { ...delivery, id: '1700-1' }],
  ])('differs by the %s of a bare message', (_, other) => expect(id({}, 0, other)).not.toBe(id()));

  it('does not mistake a job for a bare message whose position reads as its id', () => {
    expect(id({ id: 'a\0medium\x001700-0' })).not.toBe(id());
  });
});
