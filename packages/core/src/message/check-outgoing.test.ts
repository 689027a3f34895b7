import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../errors/index.js';
import { InMemoryBucketBroker } from '../memory/index.js';
import { checkOutgoing, type OutgoingMessage } from './index.js';

const message = { channel: 'mail', payload: new Uint8Array(), headers: {} };
const bucket = { id: 'args', body: '{}', success: true, into: new InMemoryBucketBroker() };

describe('A message for a broker', () => {
  it.each<Partial<OutgoingMessage>>([
    {},
    { id: 'one', resultId: 'other', priority: 'low', dueAt: -5 },
    { delay: 0, buckets: [{ ...bucket, ttl: null }] },
    { waits: { on: [], timeout: 5, result: { ...bucket, ttl: 5 } } },
  ])('may say %j', (more) => {
    expect(() => checkOutgoing({ ...message, ...more })).not.toThrow();
  });

  it.each<[object, string]>([
    [{ id: '' }, '"id" of a message for channel "mail" is "": expected text that is not empty.'],
    [{ id: 5 }, '"id" of a message for channel "mail" is 5'],
    [{ resultId: null }, '"resultId" of a message for channel "mail" is null'],
    [{ priority: 'urgent' }, 'is "urgent": expected one of "high", "medium", "low".'],
    [{ dueAt: NaN }, '"dueAt" of a message for channel "mail" is'],
    [{ dueAt: new Date(5) }, '"dueAt" of a message for channel "mail" is'],
    [{ delay: Infinity }, '"delay" of a message for channel "mail" is'],
    [{ delay: '5s' }, 'is "5s": expected a number of milliseconds, up to 9007199254740991.'],
    [{ buckets: [{ ...bucket, ttl: NaN }] }, '"ttl" of bucket "args" of a message for channel "mail" is'],
    [{ waits: { on: [], timeout: Infinity } }, '"timeout" of a message for channel "mail" is'],
    [{ waits: { on: [], timeout: 5, result: { ...bucket, ttl: Infinity } } }, '"ttl" of bucket "args"'],
  ])('may not say %j', (more, problem) => {
    const check = () => checkOutgoing({ ...message, ...more });
    expect(check).toThrow(InvalidOptionError);
    expect(check).toThrow(problem);
  });
});
