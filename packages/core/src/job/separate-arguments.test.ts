import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { BucketBroker } from '../bucket/index.js';
import { BrokerUnavailableError, DuplicateJobError } from '../errors/index.js';
import { InMemoryBucketBroker } from '../memory/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { JobOptions } from './index.js';

/** A bucket broker that shares no transactions with the message broker. */
function farBuckets(): BucketBroker & { failures: number } {
  const near = new InMemoryBucketBroker();
  const far = {
    name: 'far',
    failures: 0,
    connect: () => near.connect(),
    disconnect: () => near.disconnect(),
    get: near.get.bind(near),
    store: near.store.bind(near),
    wait: near.wait.bind(near),
    delete: async (ids: readonly string[]) => {
      if ((far.failures -= 1) >= 0) throw new BrokerUnavailableError('far away');
      return near.delete(ids);
    },
  };
  return far;
}

/** Arguments are in a separate store. Results are in the same one, or in the store of the messages. */
function shop(results: 'near' | 'far') {
  const state = { fails: false };
  const seen: unknown[] = [];
  const far = farBuckets();
  const actor = defineActor({ name: 'work' }, (payload) => {
    seen.push(payload);
    if (state.fails) throw new Error('broken');
  });
  const testBed = new TestBed([actor], {
    argsBucketBroker: far,
    ...(results === 'far' ? { resultsBucketBroker: far } : undefined),
  });
  const work = (options: JobOptions = {}) => testBed.repid.job('work', { args: 'order', ...options });
  const isStored = async (id: string | undefined) => (await far.get([id!]))[0] !== undefined;
  return { far, testBed, state, seen, work, isStored };
}

describe.each(['near', 'far'] as const)('Own arguments in a separate store, with results %s', (results) => {
  it.each<JobOptions>([{}, { id: 'one' }])('are deleted after the job has ended: %j', async (options) => {
    const { testBed, seen, work, isStored } = shop(results);
    const job = await work(options).enqueue();
    expect(await isStored(job.argsId)).toBe(true);
    expect(await job.args()).toMatchObject({ data: 'order' });
    await testBed.drain();
    expect(seen).toEqual(['order']);
    expect(await isStored(job.argsId)).toBe(false);
  });

  it('are removed after a cancellation', async () => {
    const { work, isStored } = shop(results);
    const job = await work().enqueue();
    await job.cancel();
    expect(await isStored(job.argsId)).toBe(false);
    expect(await job.result()).toMatchObject({ cancelled: true, jobName: 'work' });
  });

  it('are kept for its dead letter', async () => {
    const { testBed, state, seen, work } = shop(results);
    state.fails = true;
    await work().enqueue();
    await testBed.drain();
    await testBed.repid.channel('default').replayDeadLetters();
    await testBed.drain();
    expect(seen).toEqual(['order', 'order']);
  });

  it('are kept for the next run of a recurring job', async () => {
    const { testBed, seen, work } = shop(results);
    await work({ deferredBy: '1h' }).enqueue();
    for (let n = 0; n < 3; n += 1) {
      await testBed.clock.advance(3_600_000);
      await testBed.drain();
    }
    expect(seen).toEqual(['order', 'order', 'order']);
  });

  it('are kept, and a problem is reported, if they cannot be removed', async () => {
    const { far, testBed, work, isStored } = shop(results);
    const job = await work().enqueue();
    far.failures = 1;
    await testBed.drain();
    expect(await job.status()).toEqual({ state: 'succeeded' });
    expect(await isStored(job.argsId)).toBe(true);
    expect(testBed.eventsOf('broker-problem')).toHaveLength(1);
  });

  it('are kept in a named bucket', async () => {
    const { testBed, work, isStored } = shop(results);
    await work({ argsId: 'args' }).enqueue();
    await testBed.drain();
    expect(await isStored('args')).toBe(true);
  });

  it.each<JobOptions>([{ id: 'one' }, { id: 'one', storeResult: false }, { resultId: 'one' }])(
    'are not overwritten in a named bucket if the id is taken: %j',
    async (options) => {
      const { far, work } = shop(results);
      await work({ ...options, argsId: 'args' }).enqueue();
      const [before] = await far.get(['args']);
      await expect(work({ ...options, argsId: 'args', args: 'other' }).enqueue()).rejects.toThrow(DuplicateJobError);
      expect(await far.get(['args'])).toEqual([before]);
    },
  );
});
