import { describe, expect, it } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { DuplicateActorError } from '../errors/index.js';
import { catchAllRouting, Router, topicRouting } from './index.js';

const actor = (name: string, options: Partial<ActorOptions> = {}) => defineActor({ name, ...options }, () => name);
const message = (topic?: string, channel = 'default') => ({
  channel,
  payload: new Uint8Array(),
  headers: { ...(topic !== undefined && { topic }) },
});

const all = actor('all', { routing: catchAllRouting });
const long = actor('long', { routing: ({ headers }, name) => (headers.topic?.length ?? 0) > name.length });
const mail = actor('mail');
const order = actor('order', { routing: topicRouting });
const mailElsewhere = actor('mail', { channel: 'elsewhere' });

describe('A router', () => {
  const router = new Router([all, long, mail, order, mailElsewhere]);

  it.each([
    [message('mail'), mail],
    [message('order'), order],
    [message('order.sent'), long],
    [message('x'), all],
    [message(), all],
    [message('mail', 'elsewhere'), mailElsewhere],
    [message('x', 'elsewhere'), undefined],
    [message(undefined, 'elsewhere'), undefined],
    [message('mail', 'nowhere'), undefined],
    [message('__proto__', 'elsewhere'), undefined],
  ])('routes %j', (received, expected) => {
    expect(router.route(received)).toBe(expected);
  });

  it('lists its channels and their topics', () => {
    expect(router.channels).toEqual(['default', 'elsewhere']);
    expect(router.topics('default')).toEqual(['mail', 'order']);
    expect(router.topics('nowhere')).toEqual([]);
  });

  it.each([
    ['one topic', [actor('mail'), actor('mail')]],
    ['one name', [actor('x', { routing: () => true }), actor('x', { routing: () => false })]],
    ['everything else', [actor('a', { routing: catchAllRouting }), actor('b', { routing: catchAllRouting })]],
  ])('refuses two actors for %s on one channel', (_, actors) => {
    expect(() => new Router(actors)).toThrow(DuplicateActorError);
  });

  it('names both actors that match the same messages', () => {
    expect(() => new Router([mail, actor('mail')])).toThrow(
      '"mail" and "mail" both take topic "mail" on channel "default". Give one of them another "name" or "channel".',
    );
  });
});
