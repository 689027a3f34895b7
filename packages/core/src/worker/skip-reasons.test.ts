import { describe, expect, it } from 'vitest';
import { type Actor, defineActor } from '../actor/index.js';
import { onFailure } from '../dependency/index.js';
import { chain, type Job } from '../job/index.js';
import { Workshop } from './testing/workshop.test-support.js';

/** Two jobs that wait for "charge", whose card is declined; and "repair", which notes what it was given. */
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
  const workshop = new Workshop([charge, repair]);
  const jobs = chain([
    workshop.repid.job('charge', { channel: 'billing' }),
    workshop.repid.job('ship'),
    workshop.repid.job('thank'),
  ]) as [Job, Job, Job];
  return { workshop, jobs, seen };
}

describe('A job that is skipped', () => {
  it('says by name and id for which job, and which one began it all', async () => {
    const { workshop, jobs } = checkout();
    const [charge, ship, thank] = jobs;
    await workshop.repid.enqueue(jobs);
    await workshop.drain();
    const root = `Root cause: "charge" (${charge.id}) failed: Error: Card declined`;
    expect(await ship.result()).toMatchObject({
      jobName: 'ship',
      exception: `DependencyError: Not run: it needed the success of "charge" (${charge.id}), which failed. ${root}`,
    });
    expect(await thank.result()).toMatchObject({
      exception: `DependencyError: Not run: it needed the success of "ship" (${ship.id}), which was skipped. ${root}`,
    });
  });

  it('says so, too, where the other had failed before it was enqueued', async () => {
    const { workshop, jobs } = checkout();
    const [charge, ship, thank] = jobs;
    await charge.enqueue();
    await workshop.drain();
    await workshop.repid.enqueue([ship, thank]);
    const exception = expect.stringContaining(`"charge" (${charge.id}) failed: Error: Card declined`) as string;
    expect(await ship.result()).toMatchObject({ exception });
    expect(await thank.result()).toMatchObject({ exception });
  });

  it('names a job that was cancelled', async () => {
    const { workshop, jobs } = checkout();
    const [charge, ship] = jobs;
    await workshop.repid.enqueue(jobs);
    await charge.cancel();
    expect((await ship.result())?.exception).toContain(
      `Root cause: "charge" (${charge.id}) failed: CancelledError: The job was cancelled.`,
    );
  });

  it('gives the name of the job that failed to its fallback', async () => {
    const { workshop, jobs, seen } = checkout();
    const [charge] = jobs;
    await workshop.repid.enqueue([charge, workshop.repid.job('repair', { dependsOn: onFailure(charge) })]);
    await workshop.drain();
    expect(seen).toMatchObject([[{ jobName: 'charge', exception: 'Error: Card declined' }]]);
  });
});
