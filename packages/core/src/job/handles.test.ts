import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { DuplicateJobError, InvalidOptionError } from '../errors/index.js';
import { Latch, TestBed } from '../worker/testing/test-bed.test-support.js';
import { chain, type JobOptions } from './index.js';

/** Actors on the channel "billing", one of which waits for a latch. */
function billing() {
  const [started, latch] = [new Latch(), new Latch()];
  const actors = [
    defineActor({ name: 'charge', channel: 'billing' }, (payload) => payload ?? 'charged'),
    defineActor({ name: 'ship', channel: 'mail' }, (payload) => payload),
    defineActor({ name: 'wait', channel: 'billing' }, async (_, { signal }) => {
      started.open();
      await Promise.race([latch.opened, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
    }),
  ];
  const testBed = new TestBed(actors);
  const enqueue = (name: string, options: JobOptions) =>
    testBed.repid.job(name, { channel: 'billing', ...options }).enqueue();
  return { testBed, enqueue, started, latch };
}

describe('A handle created from an id, without the channel', () => {
  it('returns the state of the job, from before it is enqueued until it has ended', async () => {
    const { testBed, enqueue, started, latch } = billing();
    const handle = testBed.repid.job('wait', { id: 'one' });
    expect(await handle.status()).toEqual({ state: 'unknown' });
    await enqueue('wait', { id: 'one' });
    expect(await handle.status()).toEqual({ state: 'queued' });
    expect(await handle.explain()).toMatchObject({ state: 'queued', channel: 'billing' });
    testBed.start();
    await started.opened;
    expect(await handle.status()).toEqual({ state: 'running' });
    latch.open();
    await handle.waitForResult();
    expect(await handle.status()).toEqual({ state: 'succeeded' });
  });

  it('cancels the job', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { id: 'one' });
    const handle = testBed.repid.job('charge', { id: 'one' });
    expect(await handle.cancel()).toBe(true);
    expect(await handle.status()).toEqual({ state: 'cancelled' });
    expect(await handle.result()).toMatchObject({ cancelled: true, jobName: 'charge' });
    expect(await handle.cancel()).toBe(false);
    expect(await testBed.drain()).toBe(0);
  });

  it('cancels a running job, which is not retried', async () => {
    const { testBed, enqueue, started } = billing();
    await enqueue('wait', { id: 'one', retries: 5 });
    testBed.start();
    await started.opened;
    const handle = testBed.repid.job('wait', { id: 'one' });
    expect(await handle.cancel()).toBe(true);
    expect(await handle.status()).toEqual({ state: 'cancelled' });
    expect(await testBed.repid.channel('billing').stats()).toMatchObject({ delayed: 0, queued: 0, running: 0 });
  });

  it('stores no result when it cancels a job that stores none', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { id: 'one', storeResult: false });
    expect(await testBed.repid.job('charge', { id: 'one' }).cancel()).toBe(true);
    expect(await testBed.repid.job('charge', { id: 'one' }).result()).toBeUndefined();
  });

  it('finds the job by the id of its result bucket', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { resultId: 'invoice-1' });
    const handle = testBed.repid.job('charge', { resultId: 'invoice-1' });
    expect(await handle.status()).toEqual({ state: 'queued' });
    expect(await handle.cancel()).toBe(true);
    expect(await handle.status()).toEqual({ state: 'cancelled' });
  });

  it('does not confuse its job with a job whose id is the id of the bucket', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { id: 'b' });
    const handle = testBed.repid.job('charge', { id: 'a', resultId: 'b' });
    expect(await handle.status()).toEqual({ state: 'unknown' });
    expect(await handle.cancel()).toBe(false);
    expect(await testBed.repid.job('charge', { id: 'b' }).status()).toEqual({ state: 'queued' });
  });

  it("returns the job's graph across all channels", async () => {
    const { testBed } = billing();
    const jobs = [
      testBed.repid.job('charge', { id: 'charge', channel: 'billing' }),
      testBed.repid.job('pack', { id: 'pack', channel: 'store', resultId: 'packed' }),
      testBed.repid.job('ship', { id: 'ship', channel: 'mail', storeResult: false }),
    ];
    await testBed.repid.enqueue(chain(jobs));
    for (const handle of [{ id: 'charge' }, { id: 'ship', storeResult: false }, { resultId: 'packed' }]) {
      const { nodes, edges } = await testBed.repid.graph(testBed.repid.job('charge', handle));
      expect(nodes.toSorted((a, b) => a.bucketId.localeCompare(b.bucketId))).toEqual([
        { bucketId: 'charge', name: 'charge', state: 'queued' },
        { bucketId: 'packed', name: 'pack', state: 'waiting' },
        { bucketId: 'ship', name: 'ship', state: 'waiting' },
      ]);
      expect(edges.toSorted((a, b) => a.from.localeCompare(b.from))).toEqual([
        { from: 'charge', to: 'packed', condition: 'success' },
        { from: 'packed', to: 'ship', condition: 'success' },
      ]);
    }
  });

  it("explains the states of the job's dependencies, whatever their channel", async () => {
    const { testBed } = billing();
    await testBed.repid.enqueue([
      testBed.repid.job('charge', { id: 'c', channel: 'billing', resultId: 'charged' }),
      testBed.repid.job('pack', { id: 'p', channel: 'mail' }),
      testBed.repid.job('ship', { id: 's', channel: 'mail', dependsOn: ['charged', 'p', 'never'] }),
    ]);
    const { text, waitsFor } = await testBed.repid.job('ship', { id: 's' }).explain();
    expect(waitsFor).toMatchObject([
      { bucketId: 'charged', state: 'queued', channel: 'billing', name: 'charge' },
      { bucketId: 'p', state: 'queued', channel: 'mail', name: 'pack' },
      { bucketId: 'never', state: 'unknown' },
    ]);
    expect(text).toBe(
      'Job "ship" (s) is waiting on channel "mail", for the success of "charge" (charged, queued on channel "billing"), ' +
        'the success of "pack" (p, queued), the success of "never" (unknown).',
    );
  });
});

describe('A job id', () => {
  it('identifies one job across channels: a refusal names its channel', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { id: 'order-4711' });
    const twin = testBed.repid.job('ship', { id: 'order-4711', channel: 'mail' }).enqueue();
    await expect(twin).rejects.toThrow(DuplicateJobError);
    await expect(twin).rejects.toThrow('that job is queued on channel "billing"');
    await expect(twin).rejects.toMatchObject({ jobId: 'order-4711', channel: 'mail', takenBy: { channel: 'billing' } });
  });

  it('is taken if a job stores its result in the bucket of that id', async () => {
    const { testBed, enqueue } = billing();
    await enqueue('charge', { id: 'charge-1', resultId: 'order-4711' });
    const twin = testBed.repid.job('ship', { id: 'order-4711', channel: 'mail' }).enqueue();
    await expect(twin).rejects.toThrow('job "charge-1", whose result goes to the bucket of this id, is queued');
  });

  it.each<[string, JobOptions]>([
    ['"argsId" and "id" of job "work" are both "x"', { id: 'x', argsId: 'x' }],
    ['"argsId" and "id" of job "work" are both "x"', { id: 'x', argsId: 'x', args: 1 }],
    ['"argsId" and "resultId" of job "work" are both "x"', { resultId: 'x', argsId: 'x', args: 1 }],
    ['"argsId" and "resultId" of job "work" are both "x"', { id: 'y', resultId: 'x', argsId: 'x' }],
    ['"argsId" of job "work" is "#x"', { argsId: '#x' }],
    ['"argsId" of job "work" is "x#args"', { id: 'x', argsId: 'x#args' }],
    ['"id" of job "work" is "#x"', { id: '#x' }],
    ['"resultId" of job "work" is "#x"', { resultId: '#x' }],
    ['"argsFrom" of job "work" is "#x"', { argsFrom: '#x' }],
  ])('is refused if two jobs or values would share a bucket: %s', (message, options) => {
    const { testBed } = billing();
    expect(() => testBed.repid.job('work', options)).toThrow(message);
    expect(() => testBed.repid.job('work', options)).toThrow(InvalidOptionError);
  });

  it('of a job object that is enqueued again does not return the old result', async () => {
    const { testBed } = billing();
    const job = testBed.repid.job('charge', { channel: 'billing' });
    await job.enqueue();
    await expect(job.enqueue()).rejects.toThrow(DuplicateJobError);
    await testBed.drain();
    const first = await job.result();
    expect(first).toMatchObject({ data: 'charged' });
    await job.enqueue();
    expect(await job.result()).toBeUndefined();
    await testBed.clock.advance(1_000);
    await testBed.drain();
    expect((await job.waitForResult()).finishedAt.getTime()).toBeGreaterThan(first!.finishedAt.getTime());
  });
});
