import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { Job, JobOptions } from './index.js';

/** The actor "work" fails until the test lets it succeed. */
function shop() {
  const state = { fails: false };
  const seen: unknown[] = [];
  const testBed: TestBed = new TestBed([
    defineActor({ name: 'work', retryPolicy: () => 1_000 }, (payload, msg) => {
      seen.push(payload);
      if (state.fails) throw new Error('broken');
      msg.setResult(payload);
    }),
    defineActor({ name: 'parent' }, (_, msg) => msg.enqueue(testBed.repid.job('work', { args: 'of a follower' }))),
  ]);
  const work = (options: JobOptions = {}) => testBed.repid.job('work', { args: 'order', ...options });
  const stored = async (...ids: readonly (string | undefined)[]) =>
    (await testBed.buckets.get(ids.map(String))).map((body) => body !== undefined);
  return { testBed, state, seen, work, stored };
}

const OWN: [string, JobOptions][] = [
  ['a generated id', {}],
  ['a chosen id', { id: 'one' }],
  ['a chosen result bucket', { resultId: 'result' }],
];

describe.each(OWN)("Arguments in a job's own bucket, of a job with %s", (_, options) => {
  it('are deleted when it has ended', async () => {
    const { testBed, work, stored } = shop();
    const job = await work(options).enqueue();
    expect(await stored(job.argsId)).toEqual([true]);
    expect(await job.args()).toMatchObject({ data: 'order' });
    await testBed.drain();
    expect(await job.result()).toMatchObject({ data: 'order' });
    expect(await stored(job.argsId)).toEqual([false]);
    expect(await job.args()).toBeUndefined();
  });

  it('are deleted when it is cancelled', async () => {
    const { work, stored } = shop();
    const job = await work(options).enqueue();
    await job.cancel();
    expect(await stored(job.argsId)).toEqual([false]);
  });

  it('are kept for its retries, its dead letter and a replay', async () => {
    const { testBed, state, seen, work, stored } = shop();
    state.fails = true;
    const job = await work({ ...options, retries: 1 }).enqueue();
    await testBed.drain();
    expect(await stored(job.argsId)).toEqual([true]);
    await testBed.clock.advance(1_000);
    await testBed.drain();
    expect(await testBed.deadLetters()).toHaveLength(1);
    expect(await stored(job.argsId)).toEqual([true]);
    state.fails = false;
    expect(await testBed.repid.channel('default').replayDeadLetters()).toMatchObject({ replayed: 1 });
    await testBed.drain();
    expect(seen).toEqual(['order', 'order', 'order']);
    expect(await stored(job.argsId)).toEqual([false]);
  });

  it('are deleted with its dead letter', async () => {
    const { testBed, state, work, stored } = shop();
    state.fails = true;
    const job = await work(options).enqueue();
    await testBed.drain();
    const [letter] = await testBed.deadLetters();
    await testBed.repid.channel('default').deleteDeadLetters([letter!.id]);
    expect(await stored(job.argsId)).toEqual([false]);
  });

  it('belong to the dead letter even if its id is used again', async () => {
    const { testBed, state, seen, work } = shop();
    state.fails = true;
    const job = await work({ ...options, args: 'first' }).enqueue();
    await testBed.drain();
    state.fails = false;
    const { id, resultId } = job;
    await (
      options.resultId === undefined ? work({ id, args: 'second' }) : work({ resultId, args: 'second' })
    ).enqueue();
    await testBed.drain();
    await testBed.repid.channel('default').replayDeadLetters();
    await testBed.drain();
    expect(seen).toEqual(['first', 'second', 'first']);
  });
});

describe("Arguments in a job's own bucket", () => {
  it('are kept for a recurring job until it is cancelled', async () => {
    const { testBed, seen, work, stored } = shop();
    const job = await work({ deferredBy: '1h' }).enqueue();
    for (let n = 0; n < 3; n += 1) {
      await testBed.clock.advance(3_600_000);
      await testBed.drain();
    }
    expect(seen).toEqual(['order', 'order', 'order']);
    expect(await stored(job.argsId)).toEqual([true]);
    await job.cancel();
    expect(await stored(job.argsId)).toEqual([false]);
  });

  it('are kept for the dead letter of a recurring job, and for its next run', async () => {
    const { testBed, state, seen, work } = shop();
    state.fails = true;
    const job = await work({ deferredBy: '1h' }).enqueue();
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    state.fails = false;
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(await job.cancel()).toBe(true);
    await testBed.repid.channel('default').replayDeadLetters();
    await testBed.drain();
    expect(seen).toEqual(['order', 'order', 'order']);
  });

  it("are deleted with a follower, under the follower's derived id", async () => {
    const { testBed, seen, stored } = shop();
    await testBed.repid.job('parent').enqueue();
    await testBed.worker().run({ burst: true, messagesLimit: 1 });
    const [queued] = await testBed.repid.channel('default').peek();
    const id = queued!.headers['repid-id'];
    expect(queued!.headers['repid-args']).toBe('');
    expect(await stored(`${id}#args`)).toEqual([true]);
    await testBed.drain();
    expect(seen).toEqual(['of a follower']);
    expect(await stored(`${id}#args`)).toEqual([false]);
  });

  it('are stored anew for each enqueue() of a job object', async () => {
    const { testBed, seen, work, stored } = shop();
    const job = await work().enqueue();
    await testBed.drain();
    await job.enqueue();
    expect(await stored(job.argsId)).toEqual([true]);
    await testBed.drain();
    expect(await stored(job.argsId)).toEqual([false]);
    expect(seen).toEqual(['order', 'order']);
  });
});

describe('Arguments in a named or expiring bucket', () => {
  it.each<[string, JobOptions]>([
    ['in a bucket with a name', { argsId: 'args' }],
    ['in a bucket with a time to live', { argsTtl: '2h' }],
    ['in a bucket that never expires', { argsTtl: null }],
  ])('%s are kept when the job has ended', async (_, options) => {
    const { testBed, work, stored } = shop();
    const job = await work(options).enqueue();
    await testBed.drain();
    expect(await stored(job.argsId)).toEqual([true]);
    expect(await job.args()).toMatchObject({ data: 'order' });
  });
});

describe('A handle created from an id', () => {
  it.each<[string, JobOptions]>([
    ['a bucket of its own', {}],
    ['its message', { useArgsBucket: false }],
    ['a bucket with a name', { argsId: 'args' }],
  ])('reads the arguments in %s while the broker holds the job', async (_, options) => {
    const { testBed, work } = shop();
    const before = testBed.clock.now();
    await work({ id: 'one', channel: 'elsewhere', ...options }).enqueue();
    const handle: Job = testBed.repid.job('work', { id: 'one' });
    const args = await handle.args();
    expect(args).toMatchObject({ data: 'order', ttl: null });
    expect(args!.timestamp.getTime()).toBeGreaterThanOrEqual(before);
    await handle.cancel();
    expect(await handle.args()).toBeUndefined();
  });

  it('returns undefined if there are no arguments', async () => {
    const { testBed } = shop();
    await testBed.repid.job('work', { id: 'one' }).enqueue();
    expect(await testBed.repid.job('work', { id: 'one' }).args()).toBeUndefined();
  });
});
