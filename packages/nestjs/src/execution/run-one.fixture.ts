import type { INestApplicationContext } from '@nestjs/common';
import { Repid, type DeadLetterReason } from '../index.js';
import { advance, drain } from '../testing/index.js';

/** The outcome of a job. */
interface Outcome {
  readonly data: unknown;
  readonly state: string;
  readonly deadLetter: DeadLetterReason | undefined;
}

/** Runs one job of the actor `run` with all its retries, and returns its outcome. */
export async function runOne(app: INestApplicationContext, args?: unknown, retries = 0): Promise<Outcome> {
  const repid = app.get(Repid);
  const job = await repid.job('run', { args, retries, headers: { tenant: 'blue' } }).enqueue();
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    await drain(app);
    await advance(app, '1h');
  }
  const [deadLetter] = await repid.channel('default').deadLetters();
  return { data: (await job.result())?.data, state: (await job.status()).state, deadLetter: deadLetter?.reason };
}
