import { Injectable, Scope } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  Actor,
  type AnyRepidEvent,
  getEventsToken,
  getRepidToken,
  MessageDependency,
  OnRepidEvent,
  Repid,
  RepidEvents,
  type RepidEventOf,
  RepidModule,
  type RepidEventType,
} from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

class Tasks {
  private runs = 0;
  constructor(private readonly repid: Repid) {}

  @Actor()
  double(n: number): number {
    return 2 * n;
  }
  @Actor({ retryPolicy: () => 0 })
  fail(): void {
    throw new RangeError('no');
  }
  @Actor()
  async early(@MessageDependency() msg: MessageDependency): Promise<void> {
    msg.enqueue(this.repid.job('double', { id: 'follower', args: 1 }));
    await msg.ack();
  }
  @Actor()
  async later(@MessageDependency() msg: MessageDependency): Promise<void> {
    if (this.runs++ === 0) await msg.reschedule();
  }
  @Actor()
  unwritable(): bigint {
    return 1n;
  }
  @Actor()
  async again(@MessageDependency() msg: MessageDependency): Promise<void> {
    if (msg.parameters.retries.alreadyTried === 0) await msg.retry(0);
  }
  @Actor()
  async refuseAndFail(@MessageDependency() msg: MessageDependency): Promise<void> {
    await msg.nack(new Error('not now'));
    throw new Error('late');
  }
  @Actor()
  async refuse(@MessageDependency() msg: MessageDependency): Promise<void> {
    await msg.nack(new Error('not now'));
  }
}
Injectable()(Tasks);
Reflect.defineMetadata('design:paramtypes', [Repid], Tasks);

const ALL = ['published', 'started', 'succeeded', 'failed', 'retrying', 'dead-lettered', 'cancelled'] as const;

async function recording(types: readonly RepidEventType[] = ALL) {
  const app = await startApp({ providers: [Tasks] });
  const seen: AnyRepidEvent[] = [];
  for (const type of types) app.get(RepidEvents).on(type, (event) => void seen.push(event));
  return { app, repid: app.get(Repid), seen };
}

describe('RepidEvents', () => {
  it('reports a job from its publication to its success', async () => {
    const { app, repid, seen } = await recording();
    await repid.job('double', { id: 'one', args: 1 }).enqueue();
    await drain(app);
    const about = { id: 'one', channel: 'default' };
    expect(seen).toEqual([
      { type: 'published', ...about, topic: 'double' },
      { type: 'started', ...about, actor: 'Tasks.double', attempt: 1 },
      { type: 'succeeded', ...about, actor: 'Tasks.double', duration: expect.any(Number) },
    ]);
  });

  it('reports each failed run, and what is done with the job', async () => {
    const { app, repid, seen } = await recording();
    await repid.job('fail', { id: 'one', retries: 1 }).enqueue();
    await drain(app);
    expect(seen.map((event) => [event.type, 'attempt' in event && event.attempt])).toEqual([
      ['published', false],
      ['started', 1],
      ['failed', 1],
      ['retrying', false],
      ['started', 2],
      ['failed', 2],
      ['dead-lettered', false],
    ]);
    expect(seen[2]).toMatchObject({ error: expect.objectContaining({ message: 'no' }), duration: expect.any(Number) });
  });

  it('reports a success and its followers after an early acknowledgement', async () => {
    const { app, repid, seen } = await recording(['published', 'succeeded']);
    await repid.job('early', { id: 'one' }).enqueue();
    await drain(app);
    expect(seen.map(({ type, ...event }) => [type, 'id' in event && event.id])).toEqual([
      ['published', 'one'],
      ['published', 'follower'],
      ['succeeded', 'one'],
      ['succeeded', 'follower'],
    ]);
  });

  it('reports how an actor has settled its message itself', async () => {
    const { app, repid, seen } = await recording(['succeeded', 'dead-lettered', 'retrying', 'given-back']);
    await repid.job('refuse', { id: 'refused' }).enqueue();
    await repid.job('again', { id: 'again', retries: 1 }).enqueue();
    await drain(app);
    expect(seen.map((event) => [event.type, 'id' in event && event.id])).toEqual([
      ['dead-lettered', 'refused'],
      ['retrying', 'again'],
      ['succeeded', 'again'],
    ]);
    expect(seen[0]).toMatchObject({ error: expect.objectContaining({ message: 'not now' }) });
    expect(seen[1]).toMatchObject({ delay: 0, error: undefined });
  });

  it('reports the error of an actor that has refused its message before', async () => {
    const { app, repid, seen } = await recording(['failure-acknowledged', 'callback-failed']);
    await repid.job('refuseAndFail').enqueue();
    await drain(app);
    expect(seen).toMatchObject([{ type: 'callback-failed', error: { message: 'late' } }]);
  });

  it('reports the end of a run that reschedules itself, and of one whose result cannot be written', async () => {
    const { app, repid, seen } = await recording(['succeeded', 'failed', 'dead-lettered']);
    await repid.job('later', { id: 'later' }).enqueue();
    await repid.job('unwritable', { id: 'unwritable' }).enqueue();
    await drain(app);
    expect(seen.map((event) => [event.type, 'id' in event && event.id])).toEqual(
      expect.arrayContaining([
        ['succeeded', 'later'],
        ['failed', 'unwritable'],
        ['dead-lettered', 'unwritable'],
      ]),
    );
  });

  it('calls an overridden listener once', async () => {
    class Base {
      calls = 0;
      @OnRepidEvent('published')
      note(): void {}
    }
    class Derived extends Base {
      @OnRepidEvent('published')
      override note(): void {
        this.calls += 1;
      }
    }
    const app = await startApp({ providers: [Derived] });
    await app.get(Repid).sendMessageJson({ channel: 'mail', payload: 1 });
    expect(app.get(Derived).calls).toBe(1);
  });

  it('reports messages without an id', async () => {
    const { repid, seen } = await recording(['published']);
    await repid.sendMessageJson({ channel: 'mail', payload: 1 });
    expect(seen).toEqual([{ type: 'published', id: undefined, topic: undefined, channel: 'mail' }]);
  });

  it('has the engine make events of every job only while somebody listens', async () => {
    const app = await startApp({ providers: [Tasks] });
    const { connection } = app.get(Repid).producer;
    expect(connection.onJobEvent).toBeUndefined();
    app.get(RepidEvents).on('dead-lettered', () => undefined);
    expect(connection.onJobEvent).toBeUndefined();
    const stop = [1, 2].map(() => app.get(RepidEvents).on('started', () => undefined));
    expect(connection.onJobEvent).toBeDefined();
    for (const remove of stop) remove();
    expect(connection.onJobEvent).toBeUndefined();
  });

  it('survives listeners that throw or reject', async () => {
    const { app, repid, seen } = await recording(['succeeded']);
    const events = app.get(RepidEvents);
    const fail = vi.fn<() => void>(() => {
      throw new Error('broken');
    });
    events.on('started', fail);
    events.on('started', async () => fail());
    await repid.job('double', { args: 1 }).enqueue();
    await drain(app);
    expect(fail).toHaveBeenCalledTimes(2);
    expect(seen).toHaveLength(1);
  });

  it('refuses an unknown event, and lists those that exist', async () => {
    const { app } = await recording([]);
    const listen = () => app.get(RepidEvents).on('completed' as 'succeeded', () => undefined);
    expect(listen).toThrow(InvalidOptionError);
    expect(listen).toThrow('"completed" is no event. There are: published, started, succeeded, failed, ');
  });

  it('belongs to its connection', async () => {
    const app = await startModule({ imports: [RepidModule.forRoot(), RepidModule.forRoot({ name: 'reports' })] });
    const seen: string[] = [];
    app.get(RepidEvents).on('published', ({ channel }) => seen.push(`default: ${channel}`));
    app.get<RepidEvents>(getEventsToken('reports')).on('published', ({ channel }) => seen.push(`reports: ${channel}`));
    await app.get<Repid>(getRepidToken('reports')).sendMessageJson({ channel: 'one', payload: 1 });
    expect(seen).toEqual(['reports: one']);
  });
});

describe('@OnRepidEvent()', () => {
  it('calls the method on its provider, for several events', async () => {
    class Monitor {
      readonly seen: string[] = [];
      @OnRepidEvent('started')
      @OnRepidEvent('succeeded')
      note({ type, id }: RepidEventOf<'started' | 'succeeded'>): void {
        this.seen.push(`${type} ${id}`);
      }
    }
    const app = await startApp({ providers: [Tasks, Monitor] });
    await app.get(Repid).job('double', { id: 'one', args: 1 }).enqueue();
    await drain(app);
    expect(app.get(Monitor).seen).toEqual(['started one', 'succeeded one']);
  });

  it('is refused for a provider without a single instance', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Monitor {
      @OnRepidEvent('started')
      note(): void {}
    }
    await expect(startApp({ providers: [Monitor] })).rejects.toThrow(
      '"Monitor.note" has @OnRepidEvent(), but its class is transient or request-scoped',
    );
  });

  it('is refused for an unknown event and an unknown connection', async () => {
    expect(() => OnRepidEvent('completed' as 'succeeded')).toThrow('"completed" is no event.');
    class Monitor {
      @OnRepidEvent('started', { connection: 'reports' })
      note(): void {}
    }
    await expect(startApp({ providers: [Monitor] })).rejects.toThrow(
      'Listener "Monitor.note" is on connection "reports", which is not configured.',
    );
  });

  it('is typed by its event', () => {
    class Monitor {
      @OnRepidEvent('succeeded')
      right(event: RepidEventOf<'succeeded'>): number {
        return event.duration;
      }
      // @ts-expect-error A success has no error.
      @OnRepidEvent('succeeded')
      wrong(event: { error: unknown }): unknown {
        return event.error;
      }
    }
    expect(Monitor).toBeDefined();
    expectTypeOf<RepidEventOf<'failed'>['attempt']>().toBeNumber();
  });
});
