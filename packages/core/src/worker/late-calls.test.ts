import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions, type MessageDependency } from '../actor/index.js';
import { RunEndedError } from '../errors/index.js';
import { lateCallError, type Addition, type RunState } from './late-calls.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

type Call = (msg: MessageDependency, testBed: TestBed) => unknown;

const elsewhere = { channel: 'elsewhere', payload: 1 };

const CALLS: Record<string, Call> = {
  'msg.enqueue()': (msg, { repid }) => msg.enqueue(repid.job('next')),
  'msg.delegate()': (msg, { repid }) => msg.delegate(repid.job('next')),
  'msg.addCallback()': (msg) => msg.addCallback(() => {}),
  'msg.sendMessage()': (msg) => msg.sendMessage({ ...elsewhere, payload: Buffer.from('1') }),
  'msg.sendMessageJson()': (msg) => msg.sendMessageJson(elsewhere),
  'msg.setResult()': (msg) => msg.setResult(1),
  'msg.setException()': (msg) => msg.setException(new Error('late')),
};

/** Makes the call after the actor has ended, like a promise that the actor did not await. */
async function callLate(call: Call, options: Partial<ActorOptions> = {}) {
  const [latch, done] = [new Latch(), new Latch()];
  const failures: unknown[] = [];
  const attempt = async (msg: MessageDependency) => {
    await latch.opened;
    try {
      await call(msg, testBed);
    } catch (error) {
      failures.push(error);
    }
    done.open();
  };
  const actor = defineActor({ name: 'first', ...options }, (_, msg) => (void attempt(msg), 'returned'));
  const testBed: TestBed = new TestBed([actor]);
  const job = await testBed.perform('first');
  latch.open();
  await done.opened;
  return { testBed, job, failures };
}

describe('After its actor has ended', () => {
  it.each(Object.entries(CALLS))('%s is refused, named and reported', async (name, call) => {
    const { testBed, job, failures } = await callLate(call);
    expect(failures).toEqual([expect.any(RunEndedError)]);
    expect(failures[0]).toMatchObject({ code: 'REPID_RUN_ENDED', call: name });
    expect((failures[0] as Error).message).toContain(
      `${name} came too late and had no effect: actor "first" had ended.`,
    );
    expect(testBed.eventsOf('refused')).toMatchObject([{ actor: 'first', id: job.id, error: failures[0] }]);
    expect(await job.result()).toMatchObject({ data: 'returned' });
    expect(await testBed.repid.channel('elsewhere').stats()).toMatchObject({ queued: 0 });
  });

  it.each(['ack-first', 'manual', 'always-ack'] as const)(
    'a follower is refused also with %s',
    async (confirmation) => {
      const { failures } = await callLate(CALLS['msg.enqueue()']!, { confirmation });
      expect(failures).toMatchObject([{ code: 'REPID_RUN_ENDED' }]);
    },
  );

  it('an immediate message is published', async () => {
    const { testBed, failures } = await callLate((msg) => msg.sendMessageJson({ ...elsewhere, immediate: true }));
    expect(failures).toEqual([]);
    expect(await testBed.repid.channel('elsewhere').stats()).toMatchObject({ queued: 1 });
  });

  it('a refusal that is not awaited does not end the process', async () => {
    const { testBed } = await callLate((msg) => void msg.sendMessageJson(elsewhere));
    expect(testBed.eventsOf('refused')).toHaveLength(1);
  });

  it('what a middleware adds after the actor is published', async () => {
    const order: string[] = [];
    const actor = defineActor(
      {
        name: 'first',
        middlewares: [
          async ({ message }, next) => {
            const result = await next();
            message.enqueue(testBed.repid.job('next'));
            return result;
          },
        ],
      },
      () => order.push('first'),
    );
    const testBed: TestBed = new TestBed([actor, defineActor({ name: 'next' }, () => order.push('next'))]);
    await testBed.perform('first');
    expect(order).toEqual(['first', 'next']);
  });
});

describe('After its message was settled', () => {
  it.each([
    ['msg.setResult()', 'acked', (msg: MessageDependency) => msg.ack()],
    ['msg.setException()', 'acked', (msg: MessageDependency) => msg.ack()],
    ['msg.enqueue()', 'retried', (msg: MessageDependency) => msg.forceRetry(0)],
    ['msg.sendMessageJson()', 'rejected', (msg: MessageDependency) => msg.reject()],
  ])('%s is refused: %s', async (name, action, settle) => {
    const failures: unknown[] = [];
    let runs = 0;
    const actor = defineActor({ name: 'first' }, async (_, msg) => {
      if ((runs += 1) > 1) return;
      await settle(msg);
      try {
        await CALLS[name]!(msg, testBed);
      } catch (error) {
        failures.push(error);
      }
    });
    const testBed: TestBed = new TestBed([actor]);
    await testBed.perform('first');
    expect(failures).toMatchObject([{ code: 'REPID_RUN_ENDED', message: expect.stringContaining(`("${action}")`) }]);
  });

  it('a result can be set with ack-first, while the actor runs', async () => {
    const actor = defineActor({ name: 'first', confirmation: 'ack-first' }, (_, msg) => msg.setResult('set'));
    const testBed = new TestBed([actor]);
    expect(await (await testBed.perform('first')).result()).toMatchObject({ data: 'set' });
  });

  it('callbacks can send, enqueue and add callbacks', async () => {
    const order: unknown[] = [];
    const actor = defineActor({ name: 'first' }, (_, msg) => {
      msg.addCallback(async () => {
        await msg.sendMessageJson({ channel: 'default', payload: 'sent', headers: { topic: 'next' } });
        msg.enqueue(testBed.repid.job('next', { args: 'enqueued' }));
        msg.addCallback(() => order.push('added'));
      });
    });
    const testBed: TestBed = new TestBed([actor, defineActor({ name: 'next' }, (payload) => order.push(payload))]);
    await testBed.perform('first');
    expect(order).toEqual(['added', 'sent', 'enqueued']);
    expect(testBed.eventsOf('refused')).toEqual([]);
  });

  it('a callback that has timed out can add nothing', async () => {
    const [added, latch] = [new Latch(), new Latch()];
    let failure: unknown;
    const actor = defineActor({ name: 'first', timeout: '1m' }, (_, msg) => {
      msg.addCallback(async () => {
        added.open();
        await latch.opened;
        try {
          msg.enqueue(testBed.repid.job('next'));
        } catch (error) {
          failure = error;
        }
      });
    });
    const testBed: TestBed = new TestBed([actor]);
    await testBed.send('first');
    testBed.start();
    await added.opened;
    await testBed.clock.advance(60_000);
    latch.open();
    await vi.waitFor(() => expect(failure).toMatchObject({ code: 'REPID_RUN_ENDED' }), 10_000);
  });
});

describe('lateCallError', () => {
  const OPEN: RunState = {
    actor: 'a',
    action: undefined,
    hasEnded: false,
    isCallingBack: false,
    isAckedFirst: false,
  };
  it.each<[Addition, Partial<RunState>, boolean]>([
    ['follower', {}, false],
    ['callback', {}, false],
    ['result', {}, false],
    ['follower', { hasEnded: true }, true],
    ['callback', { hasEnded: true }, true],
    ['result', { hasEnded: true }, true],
    ['follower', { action: 'acked' }, false],
    ['callback', { action: 'acked' }, false],
    ['result', { action: 'acked' }, true],
    ['result', { action: 'acked', isAckedFirst: true }, false],
    ['result', { action: 'acked', isAckedFirst: true, hasEnded: true }, true],
    ['follower', { action: 'acked', hasEnded: true, isCallingBack: true }, false],
    ['callback', { action: 'acked', hasEnded: true, isCallingBack: true }, false],
    ['result', { action: 'acked', hasEnded: true, isCallingBack: true }, true],
    ['result', { action: 'acked', hasEnded: true, isCallingBack: true, isAckedFirst: true }, true],
    ['follower', { action: 'nacked' }, false],
    ['follower', { action: 'retried' }, true],
    ['follower', { action: 'rejected' }, true],
    ['callback', { action: 'retried' }, false],
  ])('%s where %j: %s', (addition, state, expected) => {
    expect(lateCallError('msg.x()', addition, { ...OPEN, ...state }) !== undefined).toBe(expected);
  });
});
