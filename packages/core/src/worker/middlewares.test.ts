import { describe, expect, it } from 'vitest';
import { defineActor, type ActorMiddleware } from '../actor/index.js';
import type { ProducerMiddleware } from '../producer/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

describe('Actor middlewares', () => {
  it('wrap the actor, the first outermost, and get its message', async () => {
    const order: string[] = [];
    const recording =
      (name: string): ActorMiddleware =>
      async ({ actor, message }, next) => {
        order.push(`${name} before ${actor.options.name} on ${message.topic}`);
        const result = await next();
        order.push(`${name} after ${String(result)}`);
        return `${String(result)}!`;
      };
    const actor = defineActor({ name: 'work', middlewares: [recording('outer'), recording('inner')] }, () => {
      order.push('actor');
      return 'done';
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('work');
    expect(order).toEqual([
      'outer before work on work',
      'inner before work on work',
      'actor',
      'inner after done',
      'outer after done!',
    ]);
    expect(await job.result()).toMatchObject({ data: 'done!!' });
  });

  it('can skip the actor', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work', middlewares: [async () => 'cached'] }, () => (runs += 1));
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('work');
    expect(runs).toBe(0);
    expect(await job.result()).toMatchObject({ data: 'cached' });
  });

  it('fail the run when they throw, and can catch what the actor throws', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    const testBed = new TestBed([
      defineActor({ name: 'guarded', middlewares: [async () => fail()] }, () => 'never'),
      defineActor({ name: 'mended', middlewares: [(_, next) => next().catch(() => 'mended')] }, fail),
    ]);
    expect(await (await testBed.perform('guarded')).result()).toMatchObject({ exception: 'Error: broken' });
    expect(await (await testBed.perform('mended')).result()).toMatchObject({ success: true, data: 'mended' });
  });
});

describe('Producer middlewares', () => {
  const stamping: ProducerMiddleware = (messages, next) =>
    next(messages.map((message) => ({ ...message, headers: { ...message.headers, stamp: 'seen' } })));

  it('change what is sent, by enqueue() and with a settlement', async () => {
    const stamps: unknown[] = [];
    const first = defineActor({ name: 'first' }, (_, msg) => {
      stamps.push(msg.headers.stamp);
      msg.enqueue(testBed.repid.job('second'));
    });
    const second = defineActor({ name: 'second' }, (_, msg) => void stamps.push(msg.headers.stamp));
    const testBed: TestBed = new TestBed([first, second], { producerMiddlewares: [stamping] });
    await testBed.perform('first');
    expect(stamps).toEqual(['seen', 'seen']);
  });

  it('wrap one call of publish, in order', async () => {
    const order: string[] = [];
    const recording =
      (name: string): ProducerMiddleware =>
      async (messages, next) => {
        order.push(`${name} before ${messages.length}`);
        await next();
        order.push(`${name} after`);
      };
    const testBed = new TestBed([], { producerMiddlewares: [recording('outer'), recording('inner')] });
    await testBed.repid.enqueue([testBed.repid.job('a'), testBed.repid.job('b')]);
    expect(order).toEqual(['outer before 2', 'inner before 2', 'inner after', 'outer after']);
  });

  it('refuse messages by throwing', async () => {
    const refusing: ProducerMiddleware = async () => {
      throw new Error('not today');
    };
    const testBed = new TestBed([], { producerMiddlewares: [refusing] });
    await expect(testBed.repid.job('work').enqueue()).rejects.toThrow('not today');
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0 });
  });

  it('fail the run whose followers they refuse, and it is retried', async () => {
    let refusals = 0;
    const refusing: ProducerMiddleware = async (messages, next) => {
      if (messages[0]!.headers.topic === 'second' && (refusals += 1) === 1) throw new Error('not yet');
      await next();
    };
    const first = defineActor({ name: 'first', retryPolicy: () => 1_000 }, (_, msg) =>
      msg.enqueue(testBed.repid.job('second')),
    );
    const second = defineActor({ name: 'second' }, () => {});
    const testBed: TestBed = new TestBed([first, second], { producerMiddlewares: [refusing] });
    const job = await testBed.perform('first', { retries: 1 });
    expect(testBed.eventsOf('retrying')).toMatchObject([{ error: { message: 'not yet' } }]);
    await testBed.clock.advance(1_000);
    expect(await testBed.drain()).toBe(2);
    expect(await job.result()).toMatchObject({ success: true });
  });
});
