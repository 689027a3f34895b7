import type { ResultBucket } from '../bucket/index.js';
import { rootCauseOf } from '../dependency/skip.js';
import { JobFailedError } from '../errors/index.js';
import type { JobHandle } from './job-handle.js';
import { endedState } from './job-status.js';

/** The value that the job returned. @throws JobFailedError if it did not succeed */
export function valueOf<Result>({ id, name }: Pick<JobHandle, 'id' | 'name'>, result: ResultBucket<Result>): Result {
  if (result.success) return result.data;
  const { exception } = result;
  const reason = endedState(result) as JobFailedError['reason'];
  throw new JobFailedError({ id, name }, reason, exception, rootCauseOf(exception));
}
