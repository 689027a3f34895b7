import { InvalidOptionError } from '../errors/index.js';
import { OWN_ARGS_SIGN } from '../message/index.js';
import type { ParsedJobOptions } from './job-options.js';

type Ids = Pick<ParsedJobOptions, 'id' | 'resultId' | 'argsId' | 'argsFrom'>;

/**
 * Refuses ids with which two different things would share a bucket.
 *
 * @param name the job's name, for the error
 * @throws InvalidOptionError that names the options
 */
export function checkIds(name: string, { id, resultId, argsId, argsFrom }: Ids): void {
  checkBeginning(name, 'id', id);
  checkBeginning(name, 'resultId', resultId);
  checkBeginning(name, 'argsId', argsId);
  checkBeginning(name, 'argsFrom', argsFrom);
  if (argsId === undefined) return;
  if (argsId === id) throw sharedBucket(name, 'id', id);
  if (argsId === resultId) throw sharedBucket(name, 'resultId', resultId);
  if (id !== undefined && argsId.startsWith(id + OWN_ARGS_SIGN)) throw ownBucket(name, argsId);
}

function checkBeginning(name: string, option: keyof Ids, value: Ids[keyof Ids]): void {
  if (typeof value !== 'string' || !value.startsWith(OWN_ARGS_SIGN)) return;
  throw new InvalidOptionError(
    `Option "${option}" of job "${name}" is "${value}": ids do not begin with "${OWN_ARGS_SIGN}". Choose another.`,
  );
}

function sharedBucket(name: string, other: 'id' | 'resultId', id: string): InvalidOptionError {
  return new InvalidOptionError(
    `Options "argsId" and "${other}" of job "${name}" are both "${id}": its result would overwrite its arguments. ` +
      'Choose another "argsId".',
  );
}

function ownBucket(name: string, argsId: string): InvalidOptionError {
  return new InvalidOptionError(
    `Option "argsId" of job "${name}" is "${argsId}", which begins with its id and "${OWN_ARGS_SIGN}", like the buckets that are ` +
      'deleted with the job. Choose another, or leave it out.',
  );
}
