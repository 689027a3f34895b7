import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../errors/index.js';
import { InMemoryBucketBroker } from '../memory/index.js';
import { checkOutgoingMessage, checkSettlement } from './index.js';

const message = { channel: 'mail', payload: new Uint8Array(), headers: {} };
const bucket = { id: 'args', body: '{}', success: true, ttl: null, into: new InMemoryBucketBroker() };
const waits = { on: [{ bucketId: 'first', condition: 'success' }], timeout: 5 };

describe('A message for a broker', () => {
  it.each([
    {},
    { id: 'one', resultId: 'other', priority: 'low', dueAt: 0 },
    { id: '€'.repeat(170), delay: 0.5, buckets: [{ ...bucket, ttl: 0 }] },
    { waits: { on: [], timeout: 5, result: { ...bucket, ttl: 5 } } },
    { waits, clears: [bucket] },
  ])('accepts %j', (more) => {
    expect(() => checkOutgoingMessage({ ...message, ...more } as never)).not.toThrow();
  });

  it.each<[object, string]>([
    [{ channel: 'my mail' }, 'Channel "my mail" is not a channel name'],
    [
      { payload: 'text' },
      '"payload" of a message for channel "mail" is "text": expected bytes: a Uint8Array or Buffer.',
    ],
    [{ headers: { x: 5 } }, '"headers.x" of a message for channel "mail" is 5: expected text.'],
    [
      { id: '' },
      '"id" of a message for channel "mail" is "": expected text of 1 to 512 bytes, without lone surrogates',
    ],
    [{ id: 5 }, '"id" of a message for channel "mail" is 5'],
    [{ id: '€'.repeat(171) }, '"id" of a message for channel "mail" is "€€€'],
    [{ resultId: null }, '"resultId" of a message for channel "mail" is null'],
    [{ priority: 'urgent' }, 'is "urgent": expected one of "high", "medium", "low".'],
    [
      { dueAt: Number.NaN },
      '"dueAt" of a message for channel "mail" is NaN: expected milliseconds since 1970, from 0 to 8640000000000000.',
    ],
    [{ dueAt: -5 }, '"dueAt" of a message for channel "mail" is -5'],
    [
      { delay: Number.POSITIVE_INFINITY },
      '"delay" of a message for channel "mail" is Infinity: expected milliseconds, from 0 to 100 years.',
    ],
    [{ delay: '5s' }, '"delay" of a message for channel "mail" is "5s"'],
    [{ contentType: '\udc00' }, '"contentType" of a message for channel "mail" is'],
    [
      { buckets: [{ ...bucket, ttl: Number.NaN }] },
      '"ttl" of bucket "args" is NaN: expected milliseconds, from 0 to 100 years, or null.',
    ],
    [{ buckets: [{ ...bucket, body: 5 }] }, '"body" of bucket "args" is 5: expected text.'],
    [{ clears: [{ ...bucket, id: 5 }] }, 'The id of a bucket is 5: expected text of 1 to 1024 bytes'],
    [{ waits: { ...waits, timeout: -1 } }, '"waits.timeout" of a message for channel "mail" is -1'],
    [
      { waits: { on: [{ bucketId: 'x', condition: 'done' }], timeout: 5 } },
      'is "done": expected one of "success", "failure", "settled".',
    ],
    [{ waits: { ...waits, result: { ...bucket, ttl: -1 } } }, '"ttl" of bucket "args" is -1'],
  ])('refuses %j', (more, problem) => {
    const check = () => checkOutgoingMessage({ ...message, ...more } as never);
    expect(check).toThrow(InvalidOptionError);
    expect(check).toThrow(problem);
  });
});

describe('A settlement', () => {
  const retry = (delay: number) => ({ outcome: { type: 'retry', headers: {}, delay } }) as const;

  it.each([{ outcome: { type: 'ack' } } as const, retry(0), { ...retry(5), bucket, publish: [message] }])(
    'may be %j',
    (settlement) => {
      expect(() => checkSettlement('mail', settlement)).not.toThrow();
    },
  );

  it.each<[object, string]>([
    [retry(-1), '"delay" of a message for channel "mail" is -1'],
    [{ outcome: { type: 'reject', headers: { x: null } } }, '"headers.x" of a message for channel "mail" is null'],
    [{ outcome: { type: 'ack' }, bucket: { ...bucket, id: '' } }, 'The id of a bucket is ""'],
    [{ outcome: { type: 'ack' }, publish: [{ ...message, id: '' }] }, '"id" of a message for channel "mail" is ""'],
  ])('refuses %j', (settlement, problem) => {
    expect(() => checkSettlement('mail', settlement as never)).toThrow(problem);
  });
});
