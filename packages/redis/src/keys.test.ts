import { describe, expect, it } from 'vitest';
import { Keys } from './keys.js';

describe('Keys', () => {
  const keys = new Keys('repid');
  const email = keys.channel('email');

  it.each([
    ['messages of normal priority', email.streams.medium, 'repid:email'],
    ['messages of high priority', email.streams.high, 'repid:email:high'],
    ['messages of low priority', email.streams.low, 'repid:email:low'],
    ['dead letters', email.deadLetters, 'repid:email:dlq'],
    ['the due times of delayed messages', email.delayed, 'repid:email:delayed'],
    ['delayed messages', email.delayedMessages, 'repid:email:delayed:messages'],
    ['the timeouts of waiting jobs', email.waiting, 'repid:email:waiting'],
    ['messages that wait for one bucket', email.waitingMessages, 'repid:email:waiting:messages'],
    ['the job index', keys.jobs, 'repid::jobs'],
    ['the pause', email.paused, 'repid:email:paused'],
    ['the live consumers', email.consumers, 'repid:email:consumers'],
    ['the consumer group', email.group, 'repid:email:group'],
    ['notifications to consumers', email.control, 'repid:email:control'],
    ['the channels', keys.channels, 'repid::channels'],
    ['a bucket', keys.bucket('b1'), 'repid:bucket:b1'],
    ['clients that wait for a bucket', keys.clients('b1'), 'repid::clients:b1'],
    ['a waiting client', keys.client('c1'), 'repid::client:c1'],
  ])('names the key of %s', (_, key, expected) => expect(key).toBe(expected));

  it('keeps all keys in one slot if the prefix is a hash tag', () => {
    const tagged = new Keys('{repid}');
    for (const key of [
      ...tagged.channel('email').all,
      tagged.start,
      tagged.channels,
      tagged.jobs,
      tagged.bucket('b1'),
    ]) {
      expect(key).toMatch(/^\{repid\}:/);
    }
  });
});
