import type { ResultBucket } from '../bucket/index.js';
import { keepAlive } from '../clock/keep-alive.js';
import type { Connection } from '../connection/connection.js';
import { TimeoutError } from '../errors/index.js';
import { explain } from '../graph/explain.js';
import type { JobExplanation } from '../graph/explanation.js';
import type { JobHandle } from './job-handle.js';

/** Time limit for reading the state of the job, which only improves an error's text. In milliseconds. */
const LOOK_TIMEOUT = 1_000;

/**
 * Resolves with the result once it is stored. Keeps the process alive meanwhile.
 *
 * @throws TimeoutError that names the state of the job, and whether a worker consumes its channel
 */
export async function awaitResult<Result>(
  job: JobHandle,
  resultId: string,
  connection: Connection,
  options: { readonly timeout: number; readonly signal?: AbortSignal },
): Promise<ResultBucket<Result>> {
  const letExit = keepAlive();
  try {
    return await connection.buckets.waitForResult<Result>(resultId, options);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    const fact = `Job ${job.label} has stored no result within ${options.timeout} ms.`;
    throw new TimeoutError(`${fact}${await whyNot(job, connection)}`, { cause: error });
  } finally {
    letExit();
  }
}

/** Returns the state of the job, for the error's text; empty if it cannot be read in time. */
function whyNot(job: JobHandle, connection: Connection): Promise<string> {
  return new Promise((resolve) => {
    const cancelTimer = connection.broker.clock.schedule(() => resolve(''), LOOK_TIMEOUT);
    void describe(job, connection)
      .then(resolve, () => resolve(''))
      .finally(cancelTimer);
  });
}

async function describe(job: JobHandle, connection: Connection): Promise<string> {
  const explanation = await explain(job, connection);
  const further = await describeChannel(explanation, connection);
  return further === undefined ? ` ${explanation.text}` : ` ${explanation.text.slice(0, -1)}, and ${further}.`;
}

/** Why no worker takes the job, if one could. */
async function describeChannel(
  { state, channel }: JobExplanation,
  { broker }: Connection,
): Promise<string | undefined> {
  if (channel === undefined || state === 'running' || !broker.capabilities.administration) return undefined;
  const { consumers, paused } = await broker.channels.stats(channel);
  if (paused) return 'the channel is paused';
  return consumers === 0 ? 'no worker takes from this channel' : undefined;
}
