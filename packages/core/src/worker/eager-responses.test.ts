import { describe, expect, it } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import { InvalidOptionError, NoRetriesLeftError } from '../errors/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

/** An actor that does this to its message in its first run. The second run returns. */
function acting(action: (msg: MessageDependency) => unknown) {
  const seen: MessageDependency[] = [];
  const actor = defineActor({ name: 'work', retryPolicy: () => 10_000 }, (_, msg) => {
    seen.push(msg);
    return seen.length === 1 ? action(msg) : 'second run';
  });
  const testBed: TestBed = new TestBed([actor, defineActor({ name: 'next' }, () => 'next')]);
  return { testBed, seen };
}

const stats = (testBed: TestBed) => testBed.repid.channel('default').stats();

describe('msg.ack()', () => {
  it('settles at once; later calls are ignored', async () => {
    const { testBed, seen } = acting(async (msg) => {
      await msg.ack();
      expect(msg).toMatchObject({ isActedOn: true, action: 'acked' });
      expect(await stats(testBed)).toMatchObject({ running: 0, queued: 0 });
      await msg.nack();
      await msg.retry();
      return 'ignored';
    });
    const job = await testBed.perform('work');
    expect(seen[0]!.action).toBe('acked');
    expect(await job.result()).toMatchObject({ success: true, data: null });
    expect(await stats(testBed)).toMatchObject({ deadLetters: 0 });
  });

  it('stays committed when the actor fails afterwards, which is reported', async () => {
    const { testBed } = acting(async (msg) => {
      await msg.ack();
      throw new Error('too late');
    });
    const job = await testBed.perform('work', { retries: 3 });
    expect(await job.result()).toMatchObject({ success: true });
    expect(testBed.eventsOf('failure-acknowledged')).toHaveLength(1);
    expect(await stats(testBed)).toMatchObject({ delayed: 0, deadLetters: 0 });
  });

  it('need not be awaited', async () => {
    const { testBed } = acting((msg) => void msg.ack());
    await testBed.repid.job('work').enqueue();
    expect(await testBed.worker().run({ messagesLimit: 1 })).toEqual({ processed: 1 });
  });
});

describe('msg.nack()', () => {
  it('moves the message to the dead letters with its error, even if retries are left', async () => {
    const { testBed } = acting((msg) => msg.nack(new Error('no use')));
    const job = await testBed.perform('work', { retries: 5 });
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ message: 'no use', attempts: 1 });
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: no use' });
  });

  it('has a default error that names the call', async () => {
    const { testBed } = acting((msg) => msg.nack());
    await testBed.perform('work');
    expect((await testBed.deadLetters())[0]!.reason.message).toBe('Actor "work" called nack().');
  });
});

describe('msg.reject()', () => {
  it('returns the message, without counting an attempt', async () => {
    const { testBed, seen } = acting((msg) => msg.reject());
    const job = await testBed.perform('work', { retries: 1 });
    expect(seen.map((msg) => msg.parameters.retries.alreadyTried)).toEqual([0, 0]);
    expect(await job.result()).toMatchObject({ data: 'second run' });
  });
});

describe('msg.retry()', () => {
  it.each([
    [undefined, 10_000],
    ['3s', 3_000],
    [250, 250],
  ])('runs the message again after %s', async (delay, expected) => {
    const { testBed, seen } = acting((msg) => msg.retry(delay));
    await testBed.perform('work', { retries: 1 });
    expect(await stats(testBed)).toMatchObject({ delayed: 1 });
    await testBed.clock.advance(expected);
    await testBed.drain();
    expect(seen.map((msg) => msg.parameters.retries.alreadyTried)).toEqual([0, 1]);
  });

  it('rejects with NoRetriesLeftError when none is left', async () => {
    const { testBed } = acting(async (msg) => {
      await expect(msg.retry()).rejects.toBeInstanceOf(NoRetriesLeftError);
      expect(msg.isActedOn).toBe(false);
      return 'went on';
    });
    const job = await testBed.perform('work');
    expect(await job.result()).toMatchObject({ data: 'went on' });
  });

  it('is a failure when its rejection is not caught', async () => {
    const { testBed } = acting((msg) => msg.retry());
    await testBed.perform('work');
    expect((await testBed.deadLetters())[0]!.reason.code).toBe('REPID_NO_RETRIES_LEFT');
  });

  it('refuses an invalid delay', async () => {
    const { testBed } = acting((msg) => msg.retry('soon'));
    await testBed.perform('work', { retries: 1 });
    expect(testBed.eventsOf('retrying')[0]!.error).toBeInstanceOf(InvalidOptionError);
  });
});

describe('msg.forceRetry()', () => {
  it('runs the message again although no retries are left', async () => {
    const { testBed, seen } = acting((msg) => msg.forceRetry('1s'));
    const job = await testBed.perform('work');
    await testBed.clock.advance(1_000);
    await testBed.drain();
    expect(seen).toHaveLength(2);
    expect(await job.result()).toMatchObject({ data: 'second run' });
  });
});

describe('msg.reschedule()', () => {
  it('runs a plain job again at once, with its retries reset', async () => {
    const { testBed, seen } = acting((msg) => msg.reschedule());
    await testBed.perform('work', { retries: 2 });
    expect(seen.map((msg) => msg.parameters.retries)).toEqual([
      { maxAmount: 2, alreadyTried: 0 },
      { maxAmount: 2, alreadyTried: 0 },
    ]);
  });

  it('runs a recurring job at its next time', async () => {
    const { testBed, seen } = acting((msg) => msg.reschedule());
    const job = await testBed.repid.job('work', { deferredBy: '1h' }).enqueue();
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(await job.status()).toEqual({ state: 'delayed' });
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(seen).toHaveLength(2);
    expect(await stats(testBed)).toMatchObject({ delayed: 1 });
  });
});

describe('msg.setResult() and msg.setException()', () => {
  it.each<[string, (msg: MessageDependency) => void, object]>([
    ['a value in place of what is returned', (msg) => msg.setResult(1), { success: true, data: 1 }],
    ['the last value', (msg) => (msg.setResult(1), msg.setResult(2)), { success: true, data: 2 }],
    ['an error', (msg) => msg.setException(new Error('bad')), { success: false, exception: 'Error: bad' }],
    ['the last, an error', (msg) => (msg.setResult(1), msg.setException(new Error('bad'))), { success: false }],
    ['the last, a value', (msg) => (msg.setException(new Error('bad')), msg.setResult(3)), { success: true, data: 3 }],
  ])('store %s', async (_, set, expected) => {
    const { testBed } = acting((msg) => (set(msg), 'returned'));
    const job = await testBed.perform('work');
    expect(await job.result()).toMatchObject(expected);
    expect(await stats(testBed)).toMatchObject({ deadLetters: 0 });
  });

  it('cannot turn a failure into a success', async () => {
    const { testBed } = acting((msg) => {
      msg.setResult('fine');
      throw new Error('broken');
    });
    const job = await testBed.perform('work');
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: broken' });
  });
});

describe('The message of an actor', () => {
  it('has the fields of its job', async () => {
    const { testBed, seen } = acting((msg) => Buffer.from(msg.payload).toString());
    const job = await testBed.perform('work', { args: [1, 2], headers: { colour: 'red' }, ttl: '1h', retries: 1 });
    expect(seen[0]).toMatchObject({ id: job.id, channel: 'default', topic: 'work', isActedOn: true, action: 'acked' });
    expect(seen[0]!.headers).toMatchObject({ colour: 'red', topic: 'work' });
    expect(seen[0]!.parameters).toMatchObject({
      result: { id: job.id, ttl: 86_400_000 },
      retries: { maxAmount: 1, alreadyTried: 0 },
      timeout: 600_000,
      ttl: 3_600_000,
    });
    expect(seen[0]!.parameters.timestamp).toBeInstanceOf(Date);
    expect(await job.result()).toMatchObject({ data: '[1,2]' });
  });

  it("has the broker's id and the time of delivery if it is a bare message", async () => {
    const { testBed, seen } = acting(() => {});
    await testBed.send('work', { a: 1 });
    await testBed.drain();
    expect(seen[0]).toMatchObject({ id: '1', contentType: 'application/json', replyTo: undefined });
    expect(seen[0]!.parameters).toMatchObject({ result: undefined, ttl: null });
    expect(seen[0]!.parameters.timestamp.getTime()).toBeLessThanOrEqual(testBed.clock.now());
  });
});
