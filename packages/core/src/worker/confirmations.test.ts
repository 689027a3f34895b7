import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { Latch, OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';

const stats = (testBed: TestBed) => testBed.repid.channel('default').stats();

describe('Confirmation always-ack', () => {
  it('acknowledges a failure and stores it, without a retry', async () => {
    const actor = defineActor({ name: 'work', confirmation: 'always-ack' }, () => {
      throw new Error('broken');
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('work', { retries: 5 });
    expect(await stats(testBed)).toMatchObject({ queued: 0, delayed: 0, deadLetters: 0 });
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: broken' });
  });
});

describe('Confirmation ack-first', () => {
  it('acknowledges before the actor runs and stores the result afterwards', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const actor = defineActor({ name: 'work', confirmation: 'ack-first' }, async (_, msg) => {
      expect(msg.action).toBe('acked');
      started.open();
      await latch.opened;
      return 'done';
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work').enqueue();
    testBed.start();
    await started.opened;
    expect(await stats(testBed)).toMatchObject({ running: 0, queued: 0 });
    await testBed.clock.advance(OWNERSHIP_TIME * 2);
    latch.open();
    expect(await job.waitForResult()).toMatchObject({ data: 'done', success: true });
    expect(testBed.eventsOf('ownership-lost')).toEqual([]);
  });

  it('stores a failure, drops its followers and does not retry', async () => {
    const actor = defineActor({ name: 'work', confirmation: 'ack-first' }, async (_, msg) => {
      msg.setResult('not this');
      msg.enqueue(testBed.repid.job('next'));
      throw new Error('broken');
    });
    const testBed: TestBed = new TestBed([actor]);
    const job = await testBed.perform('work', { retries: 5 });
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: broken' });
    expect(await stats(testBed)).toMatchObject({ queued: 0, delayed: 0, deadLetters: 0 });
  });

  it('sends the followers when the actor has returned', async () => {
    const order: string[] = [];
    const actor = defineActor({ name: 'work', confirmation: 'ack-first' }, (_, msg) => {
      msg.enqueue(testBed.repid.job('next'));
      msg.addCallback(() => order.push('callback'));
    });
    const next = defineActor({ name: 'next' }, () => order.push('next'));
    const testBed: TestBed = new TestBed([actor, next]);
    await testBed.perform('work');
    expect(order).toEqual(['callback', 'next']);
  });

  it('stores a result that cannot be written as a failure', async () => {
    const testBed = new TestBed([defineActor({ name: 'work', confirmation: 'ack-first' }, () => 1n)]);
    const job = await testBed.perform('work');
    expect((await job.result())!.exception).toContain('SerializationError');
  });

  it('stores the shutdown of its worker as its error', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'work', confirmation: 'ack-first' }, async () => {
      started.open();
      await new Promise(() => {});
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work').enqueue();
    const worker = testBed.start({ gracefulShutdownTime: 1 });
    await started.opened;
    await worker.stop();
    expect((await job.result())!.exception).toContain('WorkerShutdownError');
  });
});

describe('Confirmation manual', () => {
  it('leaves an unsettled message to be delivered again when its ownership expires', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work', confirmation: 'manual' }, async (_, msg) => {
      runs += 1;
      if (runs === 2) await msg.ack();
    });
    const testBed = new TestBed([actor]);
    await testBed.repid.job('work').enqueue();
    expect(await testBed.worker().run({ messagesLimit: 1 })).toEqual({ processed: 1 });
    expect(testBed.eventsOf('left-unsettled')).toHaveLength(1);
    expect(await stats(testBed)).toMatchObject({ running: 1 });
    await testBed.clock.advance(OWNERSHIP_TIME);
    await testBed.drain();
    expect(runs).toBe(2);
    expect(await stats(testBed)).toMatchObject({ running: 0, queued: 0, deadLetters: 0 });
  });

  it('leaves it also when the actor fails, unless onError decides otherwise', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    const testBed = new TestBed([
      defineActor({ name: 'left', confirmation: 'manual' }, fail),
      defineActor({ name: 'nacked', confirmation: 'manual', onError: 'nack' }, fail),
    ]);
    await testBed.repid.enqueue([testBed.repid.job('left'), testBed.repid.job('nacked')]);
    await testBed.worker().run({ messagesLimit: 2 });
    expect(await stats(testBed)).toMatchObject({ running: 1, deadLetters: 1 });
  });

  it('drops the followers of a message that is left unsettled', async () => {
    const actor = defineActor({ name: 'work', confirmation: 'manual' }, (_, msg) =>
      msg.sendMessageJson({ channel: 'elsewhere', payload: 1 }),
    );
    const testBed = new TestBed([actor]);
    await testBed.send('work');
    await testBed.worker().run({ messagesLimit: 1 });
    expect(await testBed.repid.channel('elsewhere').stats()).toMatchObject({ queued: 0 });
  });

  it('moves a message to the dead letters that is never settled', async () => {
    const testBed = new TestBed([defineActor({ name: 'work', confirmation: 'manual' }, () => {})], {
      maxDeliveries: 2,
    });
    await testBed.send('work');
    testBed.start();
    await vi.waitFor(() => expect(testBed.eventsOf('left-unsettled')).toHaveLength(1), 10_000);
    await testBed.clock.advance(OWNERSHIP_TIME * 4);
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_TOO_MANY_DELIVERIES' });
    expect(testBed.eventsOf('left-unsettled')).toHaveLength(3);
  });
});

describe('Confirmation manual-explicit', () => {
  it.each([
    ['ack', { running: 0, queued: 0, deadLetters: 0 }],
    ['nack', { running: 0, queued: 0, deadLetters: 1 }],
    ['reject', { running: 0, queued: 1, deadLetters: 0 }],
    ['no-action', { running: 1, queued: 0, deadLetters: 0 }],
    [undefined, { running: 0, queued: 0, deadLetters: 1 }],
    [{ what: 'else' }, { running: 0, queued: 0, deadLetters: 1 }],
  ])('does what the actor returns: %j', async (returned, expected) => {
    const testBed = new TestBed([defineActor({ name: 'work', confirmation: 'manual-explicit' }, () => returned)]);
    await testBed.send('work');
    await testBed.worker().run({ messagesLimit: 1 });
    expect(await stats(testBed)).toMatchObject(expected);
  });

  it('stores the result of setResult, not the returned action', async () => {
    const testBed = new TestBed([
      defineActor({ name: 'plain', confirmation: 'manual-explicit' }, () => 'ack'),
      defineActor({ name: 'set', confirmation: 'manual-explicit' }, (_, msg) => (msg.setResult(7), 'ack')),
    ]);
    expect(await (await testBed.perform('plain')).result()).toMatchObject({ data: null, success: true });
    expect(await (await testBed.perform('set')).result()).toMatchObject({ data: 7, success: true });
  });
});
