import type { Buckets } from '../bucket/buckets.js';
import { InvalidOptionError } from '../errors/index.js';
import type { ParsedJobOptions } from './job-options.js';
import { newId } from './new-id.js';

/** True if the arguments of a job with these options are kept in a bucket. */
export function keepsArgs({ args, useArgsBucket }: ParsedJobOptions, { argsBroker }: Buckets): boolean {
  return args !== undefined && (useArgsBucket ?? argsBroker !== undefined);
}

/** The arguments bucket with an id of its own: a chosen id, or a bucket with its own time to live. */
export function namedArgsId(options: ParsedJobOptions, buckets: Buckets): string | undefined {
  if (options.argsId !== undefined) return options.argsId;
  return options.argsTtl !== undefined && keepsArgs(options, buckets) ? newId() : undefined;
}

/**
 * True if the result of a job with these options is stored.
 *
 * @param name the job's name, for errors
 * @throws InvalidOptionError, UnsupportedError
 */
export function storesResult(name: string, options: ParsedJobOptions, buckets: Buckets): boolean {
  const { resultId, storeResult = buckets.resultsBroker !== undefined || resultId !== undefined } = options;
  if (storeResult) buckets.requireResults(`Storing the result of job "${name}"`);
  else if (resultId !== undefined)
    throw new InvalidOptionError(
      `Job "${name}" has a "resultId", but "storeResult" is false. Leave one of the options out.`,
    );
  return storeResult;
}
