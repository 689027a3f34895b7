import { describe, expect, it } from 'vitest';
import { type Actor, defineActor } from '../actor/index.js';
import { onFailure } from '../dependency/index.js';
import { chain, type Job } from '../job/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

/** Two jobs that wait for "charge", whose card is declined, and "repair", which records its inputs. */
function checkout() {
  const charge = defineActor({ name: 'charge', channel: 'billing' }, () => {
    throw new Error('Card declined');
  });
  const seen: unknown[] = [];
  const repair: Actor = {
    ...defineActor({ name: 'repair' }, () => {}),
    parameters: [{ from: 'dependency-results', as: 'buckets' }],
    run: ([buckets]) => void seen.push(buckets),
  };
  const testBed = new TestBed([charge, repair]);
  const jobs = chain([
    testBed.repid.job('charge', { channel: 'billing' }),
    testBed.repid.job('ship'),
    testBed.repid.job('thank'),
  ]) as [Job, Job, Job];
  return { testBed, jobs, seen };
}

describe('A job that is skipped', () => {
  it('names the job that it needed, and the root cause', async () => {
    const { testBed, jobs } = checkout();
    const [charge, ship, thank] = jobs;
    await testBed.repid.enqueue(jobs);
    await testBed.drain();
    const root = `Root cause: "charge" (${charge.id}) failed: Error: Card declined`;
    expect(await ship.result()).toMatchObject({
      jobName: 'ship',
      exception: `DependencyError: Not run: it needed the success of "charge" (${charge.id}), which failed. ${root}`,
    });
    expect(await thank.result()).toMatchObject({
      exception: `DependencyError: Not run: it needed the success of "ship" (${ship.id}), which was skipped. ${root}`,
    });
  });

  it('names them also if the other job failed before this one was enqueued', async () => {
    const { testBed, jobs } = checkout();
    const [charge, ship, thank] = jobs;
    await charge.enqueue();
    await testBed.drain();
    await testBed.repid.enqueue([ship, thank]);
    const exception = expect.stringContaining(`"charge" (${charge.id}) failed: Error: Card declined`) as string;
    expect(await ship.result()).toMatchObject({ exception });
    expect(await thank.result()).toMatchObject({ exception });
  });

  it('names a job that was cancelled', async () => {
    const { testBed, jobs } = checkout();
    const [charge, ship] = jobs;
    await testBed.repid.enqueue(jobs);
    await charge.cancel();
    expect((await ship.result())?.exception).toContain(
      `Root cause: "charge" (${charge.id}) failed: CancelledError: The job was cancelled.`,
    );
  });

  it('passes the name of the failed job to its fallback', async () => {
    const { testBed, jobs, seen } = checkout();
    const [charge] = jobs;
    await testBed.repid.enqueue([charge, testBed.repid.job('repair', { dependsOn: onFailure(charge) })]);
    await testBed.drain();
    expect(seen).toMatchObject([[{ jobName: 'charge', exception: 'Error: Card declined' }]]);
  });
});
