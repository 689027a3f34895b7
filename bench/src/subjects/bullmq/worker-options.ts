import type { WorkerOptions } from 'bullmq';
import type { Place } from '../subject.js';

/** Done jobs are removed by the option of the worker, since that of each job is stored with it. */
export function workerOptionsFor({ variant, concurrency }: Place): Omit<WorkerOptions, 'connection'> {
  return variant === 'result' ? { concurrency } : { concurrency, removeOnComplete: { count: 0 } };
}
