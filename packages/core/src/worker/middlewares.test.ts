import { describe, expect, it } from 'vitest';
import { defineActor, type ActorMiddleware } from '../actor/index.js';
import type { ProducerMiddleware } from '../producer/index.js';
import { Workshop } from './testing/workshop.test-support.js';

describe('Actor middlewares', () => {
  it('stand around the actor, the first outermost, and see what it is run on', async () => {
    const order: string[] = [];
    const noting =
      (name: string): ActorMiddleware =>
      async ({ actor, message }, next) => {
        order.push(`${name} before ${actor.options.name} on ${message.topic}`);
        const result = await next();
        order.push(`${name} after ${String(result)}`);
        return `${String(result)}!`;
      };
    const actor = defineActor({ name: 'work', middlewares: [noting('outer'), noting('inner')] }, () => {
      order.push('actor');
      return 'done';
    });
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('work');
    expect(order).toEqual([
      'outer before work on work',
      'inner before work on work',
      'actor',
      'inner after done',
      'outer after done!',
    ]);
    expect(await job.result()).toMatchObject({ data: 'done!!' });
  });

  it('may leave the actor out', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work', middlewares: [async () => 'cached'] }, () => (runs += 1));
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('work');
    expect(runs).toBe(0);
    expect(await job.result()).toMatchObject({ data: 'cached' });
  });

  it('fail the run when they throw, and may catch what the actor throws', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    const workshop = new Workshop([
      defineActor({ name: 'guarded', middlewares: [async () => fail()] }, () => 'never'),
      defineActor({ name: 'mended', middlewares: [(_, next) => next().catch(() => 'mended')] }, fail),
    ]);
    expect(await (await workshop.perform('guarded')).result()).toMatchObject({ exception: 'Error: broken' });
    expect(await (await workshop.perform('mended')).result()).toMatchObject({ success: true, data: 'mended' });
  });
});

describe('Producer middlewares', () => {
  const stamping: ProducerMiddleware = (messages, next) =>
    next(messages.map((message) => ({ ...message, headers: { ...message.headers, stamp: 'seen' } })));

  it('change what is sent, at enqueueing and with a settlement alike', async () => {
    const stamps: unknown[] = [];
    const first = defineActor({ name: 'first' }, (_, msg) => {
      stamps.push(msg.headers.stamp);
      msg.enqueue(workshop.repid.job('second'));
    });
    const second = defineActor({ name: 'second' }, (_, msg) => void stamps.push(msg.headers.stamp));
    const workshop: Workshop = new Workshop([first, second], { producerMiddlewares: [stamping] });
    await workshop.perform('first');
    expect(stamps).toEqual(['seen', 'seen']);
  });

  it('stand in order around one act of publishing', async () => {
    const order: string[] = [];
    const noting =
      (name: string): ProducerMiddleware =>
      async (messages, next) => {
        order.push(`${name} before ${messages.length}`);
        await next();
        order.push(`${name} after`);
      };
    const workshop = new Workshop([], { producerMiddlewares: [noting('outer'), noting('inner')] });
    await workshop.repid.enqueue([workshop.repid.job('a'), workshop.repid.job('b')]);
    expect(order).toEqual(['outer before 2', 'inner before 2', 'inner after', 'outer after']);
  });

  it('refuse what they throw at', async () => {
    const refusing: ProducerMiddleware = async () => {
      throw new Error('not today');
    };
    const workshop = new Workshop([], { producerMiddlewares: [refusing] });
    await expect(workshop.repid.job('work').enqueue()).rejects.toThrow('not today');
    expect(await workshop.repid.channel('default').stats()).toMatchObject({ queued: 0 });
  });

  it('fail the run whose followers they refuse, which is retried', async () => {
    let refusals = 0;
    const refusing: ProducerMiddleware = async (messages, next) => {
      if (messages[0]!.headers.topic === 'second' && (refusals += 1) === 1) throw new Error('not yet');
      await next();
    };
    const first = defineActor({ name: 'first', retryPolicy: () => 1_000 }, (_, msg) =>
      msg.enqueue(workshop.repid.job('second')),
    );
    const second = defineActor({ name: 'second' }, () => {});
    const workshop: Workshop = new Workshop([first, second], { producerMiddlewares: [refusing] });
    const job = await workshop.perform('first', { retries: 1 });
    expect(workshop.told('retrying')).toMatchObject([{ error: { message: 'not yet' } }]);
    await workshop.clock.advance(1_000);
    expect(await workshop.drain()).toBe(2);
    expect(await job.result()).toMatchObject({ success: true });
  });
});
