import { Worker, type Job, type WorkerOptions } from 'bullmq';
import type { QueueSettings, RunningWorker } from '../subject.js';

/** The queue of all measures. */
export const QUEUE = 'notes';

/** As BullMQ requires it for workers: commands wait until Redis is back. */
export function connectionTo({ url }: QueueSettings) {
  return { url, maxRetriesPerRequest: null };
}

/** Done jobs are removed by an option of the worker, since that of each job is stored with it. */
export function workerOptionsOf({ variant, concurrency }: QueueSettings): Omit<WorkerOptions, 'connection'> {
  return variant === 'result' ? { concurrency } : { concurrency, removeOnComplete: { count: 0 } };
}

export async function startWorker<Data>(
  settings: QueueSettings,
  run: (job: Job<Data>) => Promise<unknown>,
): Promise<RunningWorker> {
  let settled = 0;
  const worker = new Worker<Data>(QUEUE, run, { connection: connectionTo(settings), ...workerOptionsOf(settings) });
  worker.on('completed', () => (settled += 1));
  await worker.waitUntilReady();
  return { settled: () => settled, close: () => worker.close() };
}
