import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';

/** The maximum length of a job id, in UTF-8 bytes. */
const LONGEST_ID = 512;

/** A job's own arguments bucket has the job's id and a suffix. */
const LONGEST_BUCKET_ID = 2 * LONGEST_ID;

/** The rule for ids, for errors. */
export const ID_RULE = `text of 1 to ${LONGEST_ID} bytes, without lone surrogates`;

/** True for a valid id of a job, or of a bucket that its user names. */
export function isId(value: unknown): value is string {
  return isName(value, LONGEST_ID);
}

/** @throws InvalidOptionError for an invalid bucket id */
export function checkBucketId(id: unknown): void {
  if (isName(id, LONGEST_BUCKET_ID)) return;
  throw new InvalidOptionError(
    `The id of a bucket is ${show(id)}: expected text of 1 to ${LONGEST_BUCKET_ID} bytes, without lone surrogates.`,
  );
}

function isName(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && isShort(value, longest) && value.isWellFormed();
}

/** A UTF-16 unit takes at most 3 bytes, so most texts need not be counted. */
function isShort(text: string, longest: number): boolean {
  return text.length * 3 <= longest || (text.length <= longest && Buffer.byteLength(text) <= longest);
}
