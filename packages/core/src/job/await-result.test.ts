import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError, TimeoutError } from '../errors/index.js';
import { Latch, TestBed } from '../worker/testing/test-bed.test-support.js';
import type { Job } from './index.js';

/** The error of a wait for the job's result that has lasted for five seconds. */
async function refusalOf(job: Job, testBed: TestBed): Promise<TimeoutError> {
  const wait = vi.spyOn(testBed.buckets, 'wait');
  const refusal = job.waitForResult({ timeout: '5s' }).then(
    () => expect.fail('There was a result.'),
    (error: TimeoutError) => error,
  );
  await vi.waitFor(() => expect(wait).toHaveBeenCalled(), 10_000);
  await testBed.clock.advance(5_000);
  return refusal;
}

describe('A wait for a result that times out', () => {
  it('names the job, its state, and that no worker consumes its channel', async () => {
    const testBed = new TestBed([]);
    const job = await testBed.repid.job('charge', { id: 'one', channel: 'billing' }).enqueue();
    const error = await refusalOf(job, testBed);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      'Job "charge" (one) has stored no result within 5000 ms. ' +
        'Job "charge" (one) is queued on channel "billing", and no worker takes from this channel.',
    );
  });

  it('reports that the channel is paused', async () => {
    const testBed = new TestBed([defineActor({ name: 'charge' }, () => 1)]);
    testBed.start();
    await testBed.repid.channel('default').pause();
    const job = await testBed.repid.job('charge', { id: 'one' }).enqueue();
    expect((await refusalOf(job, testBed)).message).toContain(
      'is queued on channel "default", and the channel is paused.',
    );
  });

  it('reports that the job is running', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const actor = defineActor({ name: 'charge' }, async () => {
      started.open();
      await latch.opened;
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('charge', { id: 'one' }).enqueue();
    testBed.start();
    await started.opened;
    const { message } = await refusalOf(job, testBed);
    latch.open();
    expect(message).toMatch(/Job "charge" \(one\) is running on channel "default"\.$/);
  });

  it('reports what a blocked job waits for', async () => {
    const testBed = new TestBed([]);
    const charge = testBed.repid.job('charge', { id: 'one' });
    const ship = testBed.repid.job('ship', { id: 'two', dependsOn: charge });
    await testBed.repid.enqueue([charge, ship]);
    expect((await refusalOf(ship, testBed)).message).toContain('for the success of "charge" (one, queued)');
  });

  it('reports that the broker does not hold a job that was never enqueued', async () => {
    const testBed = new TestBed([]);
    const { message } = await refusalOf(testBed.repid.job('charge', { id: 'one' }), testBed);
    expect(message).toContain('is not held by the broker, and no result of it is kept');
  });

  it('rejects with a shorter error if the state is unavailable', async () => {
    const testBed = new TestBed([]);
    const job = await testBed.repid.job('charge', { id: 'one' }).enqueue();
    testBed.broker.inspect = () => Promise.reject(new BrokerUnavailableError('away'));
    expect((await refusalOf(job, testBed)).message).toBe('Job "charge" (one) has stored no result within 5000 ms.');
  });

  it('rejects in time if the broker does not respond', async () => {
    const testBed = new TestBed([]);
    const job = await testBed.repid.job('charge', { id: 'one' }).enqueue();
    const asked = new Latch();
    testBed.broker.inspect = () => {
      asked.open();
      return new Promise(() => {});
    };
    const refusal = refusalOf(job, testBed);
    await asked.opened;
    await testBed.clock.advance(1_000);
    expect((await refusal).message).toBe('Job "charge" (one) has stored no result within 5000 ms.');
  });
});
