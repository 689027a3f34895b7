import { describe, expect, it } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import type { JobOptions } from '../job/index.js';
import type { Repid } from '../producer/index.js';
import { OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';

const CHANNELS = ['a', 'b'] as const;
const EACH = 25;

type Action = (msg: MessageDependency, repid: Repid) => unknown;

/** An actor "parent" on two channels that does this, and an actor "child" on the first one that records its payload. The clock stands still. */
function families(action: Action) {
  const children: unknown[] = [];
  const parents = CHANNELS.map((channel) =>
    defineActor({ name: 'parent', channel }, (_, msg) => action(msg, testBed.repid)),
  );
  const child = defineActor({ name: 'child' }, (payload) => children.push(payload));
  const testBed: TestBed = new TestBed([...parents, child]);
  return { testBed, children };
}

const child = (repid: Repid, options: JobOptions = {}) => repid.job('child', options);

describe('Followers of bare messages', () => {
  it('all run, even if messages of several channels have the same number or time', async () => {
    const { testBed, children } = families((msg, repid) => msg.enqueue(child(repid, { args: msg.channel })));
    for (let n = 0; n < EACH; n += 1)
      for (const channel of CHANNELS)
        await testBed.repid.sendMessageJson({ channel, payload: n, headers: { topic: 'parent' } });
    await testBed.drain();
    expect(children.toSorted()).toEqual(CHANNELS.flatMap((channel) => Array.from({ length: EACH }, () => channel)));
  });

  it('have the same ids when a worker is lost and the message runs again', async () => {
    const ids: string[] = [];
    const { testBed, children } = families((msg, repid) => {
      const job = child(repid);
      msg.enqueue(job);
      ids.push(job.id);
    });
    await testBed.repid.sendMessageJson({ channel: 'a', payload: 0, headers: { topic: 'parent' } });
    const settle = testBed.broker.consume.bind(testBed.broker);
    testBed.broker.consume = async (options) => {
      const consumer = await settle(options);
      const receive = consumer.receive.bind(consumer);
      consumer.receive = async (...how) => {
        const deliveries = await receive(...how);
        for (const delivery of deliveries) delivery.settle = () => Promise.reject(new Error('died'));
        return deliveries;
      };
      return consumer;
    };
    await testBed.drain();
    testBed.broker.consume = settle;
    await testBed.clock.advance(OWNERSHIP_TIME + 1);
    await testBed.drain();
    expect(ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
    expect(children).toHaveLength(1);
  });
});

describe('Followers of jobs', () => {
  it('all run when the job is rescheduled repeatedly', async () => {
    const { testBed, children } = families(async (msg, repid) => {
      msg.enqueue(child(repid, { args: children.length }));
      if (children.length < 9) await msg.reschedule();
    });
    await testBed.repid.job('parent', { channel: 'a' }).enqueue();
    await testBed.drain({ concurrency: 1 });
    expect(children).toHaveLength(10);
  });

  it('all run when a bare message is rescheduled', async () => {
    const { testBed, children } = families(async (msg, repid) => {
      msg.enqueue(child(repid));
      if (children.length < 9) await msg.reschedule();
    });
    await testBed.repid.sendMessageJson({ channel: 'a', payload: 0, headers: { topic: 'parent' } });
    await testBed.drain({ concurrency: 1 });
    expect(children).toHaveLength(10);
  });

  it('all run when a recurring job runs several times', async () => {
    const { testBed, children } = families((msg, repid) => msg.enqueue(child(repid)));
    await testBed.repid.job('parent', { channel: 'a', deferredBy: '1h' }).enqueue();
    for (let run = 0; run < 5; run += 1) {
      await testBed.clock.advance(3_600_000);
      await testBed.drain();
    }
    expect(children).toHaveLength(5);
  });

  it.each<[string, JobOptions]>([
    ['a chosen id', { id: 'order-4711' }],
    ['a chosen result bucket', { resultId: 'order-4711' }],
  ])('all run when %s is enqueued again within the same millisecond', async (_, options) => {
    const { testBed, children } = families((msg, repid) => msg.enqueue(child(repid, { deferredBy: '1h' })));
    for (let n = 0; n < 10; n += 1) {
      await testBed.repid.job('parent', { channel: 'a', ...options }).enqueue();
      await testBed.drain();
    }
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(children).toHaveLength(10);
  });

  it('all run when one job object is enqueued again', async () => {
    const { testBed, children } = families((msg, repid) => msg.enqueue(child(repid, { deferredBy: '1h' })));
    const job = testBed.repid.job('parent', { channel: 'a' });
    for (let n = 0; n < 3; n += 1) {
      await job.enqueue();
      await testBed.drain();
    }
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(children).toHaveLength(3);
  });

  it('on two channels read their own results', async () => {
    const bills: unknown[] = [];
    const actors = CHANNELS.flatMap((channel) => [
      defineActor({ name: 'order', channel }, (_, msg) => {
        const price = testBed.repid.job('price', { channel });
        msg.enqueue(price);
        msg.enqueue(testBed.repid.job('bill', { channel, argsFrom: price }));
      }),
      defineActor({ name: 'price', channel }, () => `price in ${channel}`),
      defineActor({ name: 'bill', channel }, (price, msg) => bills.push(`${msg.channel}: ${String(price)}`)),
    ]);
    const testBed: TestBed = new TestBed(actors);
    for (let n = 0; n < EACH; n += 1)
      for (const channel of CHANNELS)
        await testBed.repid.sendMessageJson({ channel, payload: n, headers: { topic: 'order' } });
    await testBed.drain();
    expect(bills.filter((bill) => bill === 'a: price in a')).toHaveLength(EACH);
    expect(bills.filter((bill) => bill === 'b: price in b')).toHaveLength(EACH);
    expect(bills).toHaveLength(2 * EACH);
  });
});
