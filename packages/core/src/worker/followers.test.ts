import { describe, expect, it, vi } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import type { Repid } from '../producer/index.js';
import { Latch, OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';

type Action = (msg: MessageDependency, repid: Repid) => unknown;

/** An actor "first" that does this, and an actor "next" that records its runs. */
function chain(action: Action, options: ConstructorParameters<typeof TestBed>[1] = {}) {
  const order: unknown[] = [];
  const first = defineActor({ name: 'first', retryPolicy: () => 1_000 }, (_, msg) => action(msg, testBed.repid));
  const next = defineActor({ name: 'next' }, (payload) => void order.push(payload ?? 'next'));
  const testBed: TestBed = new TestBed([first, next], options);
  return { testBed, order };
}

const toNext = (payload: unknown) => ({ channel: 'default', payload, headers: { topic: 'next' } });
const queued = async (repid: Repid) => (await repid.channel('default').stats()).queued;

describe('What an actor sends', () => {
  it.each<[string, Action]>([
    ['msg.enqueue(job)', (msg, repid) => msg.enqueue(repid.job('next'))],
    ['msg.addCallback(job)', (msg, repid) => msg.addCallback(repid.job('next'))],
    ['msg.addCallback(job.enqueue)', (msg, repid) => msg.addCallback(repid.job('next').enqueue)],
    ['msg.sendMessageJson()', (msg) => msg.sendMessageJson(toNext('next'))],
    ['msg.sendMessage()', (msg) => msg.sendMessage({ ...toNext(0), payload: Buffer.from('"next"') })],
  ])('by %s is published with the settlement, not before', async (_, action) => {
    const { testBed, order } = chain(async (msg, repid) => {
      await action(msg, repid);
      expect(await queued(repid)).toBe(0);
      await msg.ack();
      expect(await queued(repid)).toBe(1);
    });
    await testBed.perform('first');
    expect(order).toEqual(['next']);
    expect(testBed.eventsOf('failure-acknowledged')).toEqual([]);
  });

  it('is published when the actor returns, in the order in which it was sent', async () => {
    const { testBed, order } = chain(async (msg, repid) => {
      await msg.sendMessageJson(toNext(1));
      msg.enqueue(repid.job('next', { args: 2 }));
      await msg.sendMessageJson(toNext(3));
    });
    await testBed.repid.job('first').enqueue();
    await testBed.drain({ concurrency: 1 });
    expect(order).toEqual([1, 2, 3]);
  });

  it('is published immediately with `immediate`, even if the actor fails', async () => {
    const { testBed, order } = chain(async (msg, repid) => {
      await msg.sendMessageJson({ ...toNext('now'), immediate: true });
      await msg.sendMessage({ ...toNext(0), payload: Buffer.from('"bytes"'), immediate: true });
      expect(await queued(repid)).toBe(2);
      throw new Error('broken');
    });
    await testBed.perform('first');
    expect(order).toEqual(['now', 'bytes']);
  });

  it('is published at once after the message was settled', async () => {
    const { testBed, order } = chain(async (msg, repid) => {
      await msg.ack();
      await msg.sendMessageJson(toNext('after'));
      msg.enqueue(repid.job('next', { args: 'later' }));
    });
    await testBed.perform('first');
    expect(order).toEqual(['after', 'later']);
  });

  it.each<[string, Action]>([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['calls nack()', (msg) => msg.nack()],
    ['calls retry()', (msg) => msg.retry()],
    ['throws after setResult()', (msg) => (msg.setResult(1), Promise.reject(new Error('broken')))],
    ['returns what cannot be written', () => 1n],
  ])('is dropped when the actor %s', async (_, end) => {
    let callbacks = 0;
    const { testBed, order } = chain(async (msg, repid) => {
      msg.enqueue(repid.job('next'));
      await msg.sendMessageJson(toNext(1));
      if (!msg.isActedOn) msg.addCallback(repid.job('next').enqueue);
      callbacks += 1;
      return end(msg, repid);
    });
    await testBed.perform('first', { retries: 1 });
    expect(callbacks).toBe(1);
    expect(order).toEqual([]);
  });

  it('is dropped when reject() returns the message, so it is sent once only', async () => {
    let runs = 0;
    const { testBed, order } = chain(async (msg) => {
      await msg.sendMessageJson(toNext((runs += 1)));
      if (runs === 1) await msg.reject();
    });
    await testBed.perform('first');
    expect(order).toEqual([2]);
  });

  it('is kept when ack() fails, and published with the next ack()', async () => {
    const { testBed, order } = chain(async (msg, repid) => {
      msg.enqueue(repid.job('next'));
      msg.setResult(1n);
      await expect(msg.ack()).rejects.toMatchObject({ code: 'REPID_SERIALIZATION' });
      msg.setResult(1);
      await msg.ack();
    });
    await testBed.perform('first');
    expect(order).toEqual(['next']);
  });

  it('is not sent when its channel was deleted, and nothing else is committed', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const called: string[] = [];
    let failure: unknown;
    const { testBed, order } = chain(async (msg, repid) => {
      msg.enqueue(repid.job('next'));
      msg.addCallback(() => called.push('callback'));
      started.open();
      await latch.opened;
      await msg.ack().catch((error: unknown) => (failure = error));
    });
    const job = await testBed.repid.job('first').enqueue();
    testBed.start();
    await started.opened;
    await testBed.repid.channel('default').delete();
    latch.open();
    await vi.waitFor(() => expect(failure).toMatchObject({ code: 'REPID_LOST_OWNERSHIP' }), 10_000);
    expect(testBed.eventsOf('cancelled')).toHaveLength(1);
    expect(await job.result()).toMatchObject({ success: false, cancelled: true });
    expect([order, called]).toEqual([[], []]);
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, delayed: 0 });
  });

  it('is refused after ownership was lost', async () => {
    const { testBed } = chain(async (msg, repid) => {
      await repid.channel('default').delete();
      await expect(msg.ack()).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
      await expect(msg.sendMessageJson(toNext(1))).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
      expect(() => msg.enqueue(repid.job('next'))).toThrow('belongs to another worker now');
      await msg.sendMessageJson({ channel: 'elsewhere', payload: 'all refused', immediate: true });
    });
    await testBed.send('first');
    await testBed.drain();
    expect(await testBed.repid.channel('elsewhere').stats()).toMatchObject({ queued: 1 });
    expect(await queued(testBed.repid)).toBe(0);
  });

  it('is not sent when ownership was lost before the actor returned', async () => {
    const { testBed, order } = chain(async (msg, repid) => {
      msg.enqueue(repid.job('next'));
      msg.addCallback(() => order.push('callback'));
      await repid.channel('default').delete();
    });
    await testBed.send('first');
    expect(await testBed.drain()).toBe(0);
    expect(order).toEqual([]);
    expect(testBed.events.map(({ type }) => type)).toEqual(['worker-started', 'ownership-lost', 'worker-stopped']);
  });

  it('is refused with a signal to an actor that has lost its message', async () => {
    const [started, seen] = [new Latch(), new Latch()];
    const { testBed } = chain(async (msg) => {
      started.open();
      await new Promise((resolve) => msg.signal.addEventListener('abort', resolve));
      await msg.sendMessageJson(toNext(1)).catch(() => seen.open());
    });
    await testBed.send('first');
    testBed.start();
    await started.opened;
    await testBed.repid.channel('default').delete();
    await testBed.clock.advance(OWNERSHIP_TIME / 3);
    await seen.opened;
    expect(testBed.eventsOf('ownership-lost')).toHaveLength(1);
  });

  it('is dropped if a job with its id exists', async () => {
    const { testBed, order } = chain((msg, repid) => msg.enqueue(repid.job('next', { id: 'the-one' })));
    await testBed.repid.enqueue([testBed.repid.job('first'), testBed.repid.job('next', { id: 'the-one' })]);
    await testBed.drain({ concurrency: 1 });
    expect(order).toEqual(['next']);
  });

  it('is refused at the call if it is invalid', async () => {
    const { testBed, order } = chain(async (msg) => {
      expect(() => msg.enqueue({} as never)).toThrow(InvalidOptionError);
      expect(() => msg.addCallback('next' as never)).toThrow(InvalidOptionError);
      await expect(msg.sendMessageJson({ channel: 'no name', payload: 1 })).rejects.toThrow(InvalidOptionError);
      await expect(msg.sendMessageJson({ payload: 1 })).rejects.toThrow('Option "channel" of message is missing');
      order.push('all refused');
    });
    await testBed.perform('first');
    expect(order).toEqual(['all refused']);
  });

  it('fails the run if it is too large', async () => {
    const { testBed } = chain((msg) => msg.sendMessageJson(toNext('x'.repeat(2_000))), { maxPayloadBytes: 1_000 });
    await testBed.perform('first', { retries: 3 });
    expect((await testBed.deadLetters())[0]!.reason.code).toBe('REPID_PAYLOAD_TOO_LARGE');
  });
});

describe('Callbacks', () => {
  it('run after the settlement, in the order in which they were added, even if one fails', async () => {
    const order: string[] = [];
    const { testBed } = chain(async (msg, repid) => {
      msg.addCallback(async () => {
        order.push(`first, ${(await repid.channel('default').stats()).running} running`);
      });
      msg.addCallback(() => {
        throw new Error('callback broken');
      });
      msg.addCallback(() => order.push('last'));
      await msg.ack();
      order.push('actor continues');
    });
    const job = await testBed.perform('first');
    expect(order).toEqual(['first, 0 running', 'last', 'actor continues']);
    expect(testBed.eventsOf('callback-failed')).toMatchObject([{ error: { message: 'callback broken' } }]);
    expect(await job.result()).toMatchObject({ success: true });
  });

  it('run when the actor returns, and not when it fails', async () => {
    const order: number[] = [];
    const { testBed } = chain((msg) => {
      msg.addCallback(() => order.push(order.length));
      if (order.length > 0) throw new Error('broken');
    });
    await testBed.perform('first');
    await testBed.perform('first');
    expect(order).toEqual([0]);
  });

  it('report what could not be sent after the settlement', async () => {
    const { testBed } = chain(async (msg, repid) => {
      await msg.ack();
      msg.enqueue(repid.job('next', { args: 1n }));
    });
    await testBed.perform('first');
    expect(testBed.eventsOf('callback-failed')).toMatchObject([
      { actor: 'first', error: { code: 'REPID_SERIALIZATION' } },
    ]);
    expect(testBed.eventsOf('settlement-failed')).toEqual([]);
  });
});
