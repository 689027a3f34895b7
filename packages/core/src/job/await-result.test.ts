import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError, TimeoutError } from '../errors/index.js';
import { Gate, Workshop } from '../worker/testing/workshop.test-support.js';
import type { Job } from './index.js';

/** The error of a wait for the job's result that has lasted for five seconds. */
async function refusalOf(job: Job, workshop: Workshop): Promise<TimeoutError> {
  const wait = vi.spyOn(workshop.buckets, 'wait');
  const refusal = job.waitForResult({ timeout: '5s' }).then(
    () => expect.fail('There was a result.'),
    (error: TimeoutError) => error,
  );
  await vi.waitFor(() => expect(wait).toHaveBeenCalled(), 10_000);
  await workshop.clock.advance(5_000);
  return refusal;
}

describe('A result that does not come in time', () => {
  it('is refused by an error that says which job, where it is, and that nobody takes from there', async () => {
    const workshop = new Workshop([]);
    const job = await workshop.repid.job('charge', { id: 'one', channel: 'billing' }).enqueue();
    const error = await refusalOf(job, workshop);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      'Job "charge" (one) has stored no result within 5000 ms. ' +
        'Job "charge" (one) is queued on channel "billing", and no worker takes from this channel.',
    );
  });

  it('while the channel is paused says so', async () => {
    const workshop = new Workshop([defineActor({ name: 'charge' }, () => 1)]);
    workshop.start();
    await workshop.repid.channel('default').pause();
    const job = await workshop.repid.job('charge', { id: 'one' }).enqueue();
    expect((await refusalOf(job, workshop)).message).toContain(
      'is queued on channel "default", and the channel is paused.',
    );
  });

  it('of a job that runs says only that', async () => {
    const [started, gate] = [new Gate(), new Gate()];
    const actor = defineActor({ name: 'charge' }, async () => {
      started.open();
      await gate.opened;
    });
    const workshop = new Workshop([actor]);
    const job = await workshop.repid.job('charge', { id: 'one' }).enqueue();
    workshop.start();
    await started.opened;
    const { message } = await refusalOf(job, workshop);
    gate.open();
    expect(message).toMatch(/Job "charge" \(one\) is running on channel "default"\.$/);
  });

  it('of a job that waits says for what', async () => {
    const workshop = new Workshop([]);
    const charge = workshop.repid.job('charge', { id: 'one' });
    const ship = workshop.repid.job('ship', { id: 'two', dependsOn: charge });
    await workshop.repid.enqueue([charge, ship]);
    expect((await refusalOf(ship, workshop)).message).toContain('for the success of "charge" (one, queued)');
  });

  it('of a job that was never enqueued says that nobody has it', async () => {
    const workshop = new Workshop([]);
    const { message } = await refusalOf(workshop.repid.job('charge', { id: 'one' }), workshop);
    expect(message).toContain('is not held by the broker, and no result of it is kept');
  });

  it('is refused by a shorter error where nobody can tell', async () => {
    const workshop = new Workshop([]);
    const job = await workshop.repid.job('charge', { id: 'one' }).enqueue();
    workshop.broker.inspect = () => Promise.reject(new BrokerUnavailableError('away'));
    expect((await refusalOf(job, workshop)).message).toBe('Job "charge" (one) has stored no result within 5000 ms.');
  });

  it('is refused in time where the broker does not answer', async () => {
    const workshop = new Workshop([]);
    const job = await workshop.repid.job('charge', { id: 'one' }).enqueue();
    const asked = new Gate();
    workshop.broker.inspect = () => {
      asked.open();
      return new Promise(() => {});
    };
    const refusal = refusalOf(job, workshop);
    await asked.opened;
    await workshop.clock.advance(1_000);
    expect((await refusal).message).toBe('Job "charge" (one) has stored no result within 5000 ms.');
  });
});
