import { type Actor, defineActor, type Job, Router, Worker } from '@repid/core';
import type { World } from '../worlds/world.js';
import type { QueuedJob, QueuePlan } from './queue-plan.js';

/** Longer than any other timeout in a world. */
const TIME_LIMIT = '2h';

/** Runs a queue with two workers, then cancels the jobs that hang. Rejects if another job has to wait for a hanging one. */
export async function workOff({ jobs, limit, concurrency }: QueuePlan, world: World): Promise<void> {
  const queued = jobs.map((job) => [job, makeJob(job, world)] as const);
  await world.client.enqueue(queued.map(([, job]) => job));
  const workers = [startWorker(world, limit, concurrency), startWorker(world, limit, concurrency)];
  try {
    for (const [kind, job] of queued) if (kind !== 'hanging') await ended(job, world);
    for (const [kind, job] of queued) if (kind === 'hanging') await job.cancel();
    for (const [, job] of queued) await ended(job, world);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function ended(job: Job, world: World): Promise<void> {
  await world.until(job.waitForResult({ timeout: world.timeout }));
}

function makeJob(kind: QueuedJob, { client, channels }: World): Job {
  const name = kind === 'free' ? 'free' : 'limited';
  return client.job(name, { channel: channels[0]!, args: { kind }, timeout: TIME_LIMIT }) as Job;
}

function startWorker(world: World, limit: number, concurrency: number): Worker {
  const { repid } = world.startProcess([]);
  const worker = new Worker(repid.producer, new Router(actors(world.channels[0]!, limit)), {
    handleSignals: [],
    concurrency,
  });
  void worker.run();
  return worker;
}

function actors(channel: string, limit: number): Actor[] {
  return [
    defineActor({ name: 'free', channel }, () => undefined),
    defineActor<{ kind: QueuedJob }>({ name: 'limited', channel, concurrency: limit }, ({ kind }) =>
      kind === 'hanging' ? new Promise(() => {}) : undefined,
    ),
  ];
}
