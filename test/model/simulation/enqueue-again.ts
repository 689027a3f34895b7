import { DuplicateJobError } from '@repid/core';
import type { Client } from './client.js';
import type { Ledger } from './ledger.js';
import { isInUse } from './readers.js';
import type { TrackedJob } from './tracked-job.js';
import type { WorkResult } from './results.js';

/** Enqueues an ended job again while nothing runs. Checks that its old result is not returned for the new run. */
export async function enqueueAgain(job: TrackedJob, ledger: Ledger, client: Client): Promise<void> {
  if (job.ended !== 'succeeded' && job.ended !== 'cancelled') return;
  const mustBeRefused = isInUse(job, ledger.jobs);
  const undo = job.restart();
  const isRefused = await isDuplicate(client.enqueueAll([job]));
  if (isRefused && !mustBeRefused) ledger.note(`${job} was enqueued again and refused`);
  if (!isRefused && mustBeRefused) ledger.note(`${job} was enqueued again though its result is in use`);
  if (isRefused) undo();
  else await compareResult(job, ledger);
}

async function isDuplicate(enqueueing: Promise<void>): Promise<boolean> {
  try {
    await enqueueing;
    return false;
  } catch (error) {
    if (error instanceof DuplicateJobError) return true;
    throw error;
  }
}

async function compareResult({ job, restarts, ...tracked }: TrackedJob, ledger: Ledger): Promise<void> {
  const result = await job!.result();
  const isOld = result?.success ? (result.data as WorkResult).restarts !== restarts : result?.cancelled;
  if (isOld) ledger.note(`job ${tracked.n} was enqueued again and has its old result`);
}
