import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { RequestFailedError, Unrecoverable } from '../errors/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const message = { channel: 'default', payload: 1, headers: { topic: 'work' } };

/** Returns the error that rejects a request to this actor. */
async function failureOf(
  run: () => unknown,
  options: Partial<ActorOptions> = {},
  headers: Record<string, string> = {},
) {
  const testBed = new TestBed([defineActor({ name: 'work', retryPolicy: () => 0, ...options }, run)]);
  testBed.start();
  const request = testBed.repid.request({ ...message, headers: { ...message.headers, ...headers } }, { timeout: '1h' });
  const failure: unknown = await request.catch((error: unknown) => error);
  return { testBed, failure: failure as RequestFailedError };
}

describe('A request whose actor fails', () => {
  it.each<[string, Partial<ActorOptions>]>([
    ['is dead-lettered', {}],
    ['is acknowledged despite the failure', { confirmation: 'always-ack' }],
    ['was acknowledged first', { confirmation: 'ack-first' }],
    ['is acknowledged by onError', { onError: 'ack' }],
  ])('rejects immediately if its message %s', async (_, options) => {
    const { failure } = await failureOf(() => {
      throw Object.assign(new TypeError('no such customer'), { code: 'E_CUSTOMER' });
    }, options);
    expect(failure).toBeInstanceOf(RequestFailedError);
    expect(failure.reason).toEqual({ code: 'E_CUSTOMER', name: 'TypeError', message: 'no such customer' });
    expect(failure.message).toContain('failed: TypeError: no such customer');
  });

  it('rejects when the actor calls nack(), or fails after ack()', async () => {
    const nacking = defineActor({ name: 'work' }, (_, msg) => msg.nack(new Unrecoverable('no')));
    const failing = defineActor({ name: 'other' }, async (_, msg) => {
      await msg.ack();
      throw new Error('after that');
    });
    const testBed = new TestBed([nacking, failing]);
    testBed.start();
    await expect(testBed.repid.request(message)).rejects.toMatchObject({ reason: { code: 'REPID_UNRECOVERABLE' } });
    const other = { ...message, headers: { topic: 'other' } };
    await expect(testBed.repid.request(other)).rejects.toMatchObject({ reason: { message: 'after that' } });
  });

  it('rejects if no actor takes it', async () => {
    const testBed = new TestBed([]);
    const work = defineActor({ name: 'known' }, () => {});
    const request = testBed.repid.request(message);
    request.catch(() => {});
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 1 }),
      10_000,
    );
    void testBed.worker({ unroutedTimeout: 0 }, [work]).run();
    await expect(request).rejects.toMatchObject({ reason: { code: 'REPID_UNROUTED_MESSAGE' } });
  });

  it('does not reject for a failure that is retried', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work', retryPolicy: () => 0 }, async (_, msg) => {
      if ((runs += 1) < 3) throw new Error('not yet');
      await msg.replyJson({ payload: `run ${runs}` });
    });
    const testBed = new TestBed([actor]);
    await testBed.repid.connect();
    testBed.start();
    const sent = testBed.repid.producer;
    const publish = sent.publish.bind(sent);
    vi.spyOn(sent, 'publish').mockImplementation((messages) =>
      publish(messages.map((one) => ({ ...one, headers: { ...one.headers, 'repid-retries': '5' } }))),
    );
    expect(await testBed.repid.request(message)).toBe('run 3');
    expect(testBed.eventsOf('reply-unexpected')).toEqual([]);
  });

  it('gets one reply if the actor replies and then fails', async () => {
    const actor = defineActor({ name: 'work' }, async (_, msg) => {
      await msg.replyJson({ payload: 'fine' });
      throw new Error('after that');
    });
    const testBed = new TestBed([actor]);
    testBed.start();
    expect(await testBed.repid.request(message)).toBe('fine');
    await vi.waitFor(() => expect(testBed.eventsOf('failure-acknowledged')).toHaveLength(1), 10_000);
    await testBed.repid.request(message);
    expect(testBed.eventsOf('reply-unexpected')).toEqual([]);
  });

  it('gets an error message of limited length, whatever was thrown', async () => {
    const { failure } = await failureOf(() => {
      throw new Error('x'.repeat(100_000));
    });
    expect(failure.reason.message.length).toBeLessThan(2_100);
    const { failure: odd } = await failureOf(() => {
      throw Object.create(null);
    });
    expect(odd.reason).toEqual({ code: 'Error', name: 'Error', message: '{}' });
  });

  it('gets no reply if its reply channel is invalid', async () => {
    const testBed = new TestBed([
      defineActor({ name: 'work' }, () => {
        throw new Error('broken');
      }),
    ]);
    await testBed.repid.connect();
    const headers = { topic: 'work' };
    await testBed.broker.publish([
      { channel: 'default', payload: Buffer.from('1'), headers, replyTo: 'not a channel' },
    ]);
    await testBed.drain();
    expect(await testBed.deadLetters()).toHaveLength(1);
  });
});

describe('A reply with an error', () => {
  it.each(['', 'no JSON', '5', '{"code":1}', '{"code":"a","name":"b"}'])(
    'that is malformed rejects anyway: %j',
    async (text) => {
      const actor = defineActor({ name: 'work' }, (_, msg) => {
        void testBed.broker.publish([
          { channel: msg.replyTo!, payload: Buffer.from('null'), headers: { 'repid-error': text } },
        ]);
      });
      const testBed: TestBed = new TestBed([actor]);
      testBed.start();
      const request = testBed.repid.request(message);
      request.catch(() => {});
      await vi.waitFor(async () => {
        await testBed.clock.advance(1_000);
        await expect(Promise.race([request, Promise.resolve('open')])).rejects.toMatchObject({
          code: 'REPID_REQUEST_FAILED',
          reason: { message: 'The reply does not say why.' },
        });
      }, 10_000);
    },
  );
});
