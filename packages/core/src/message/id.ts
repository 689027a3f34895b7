import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';

/** How many bytes the id of a job may have in UTF-8. */
const LONGEST_ID = 512;

/** The bucket of a job's own arguments has the job's id and an ending. */
const LONGEST_BUCKET_ID = 2 * LONGEST_ID;

/** What may be an id, as errors say it. */
export const ID_RULE = `text of 1 to ${LONGEST_ID} bytes, without halves of characters (lone surrogates)`;

/** True for what may name a job, and a bucket that is named by its user. */
export function isId(value: unknown): value is string {
  return isName(value, LONGEST_ID);
}

/** @throws InvalidOptionError where it may not name a bucket */
export function checkBucketId(id: unknown): void {
  if (isName(id, LONGEST_BUCKET_ID)) return;
  throw new InvalidOptionError(
    `The id of a bucket is ${show(id)}: expected text of 1 to ${LONGEST_BUCKET_ID} bytes, without halves of characters (lone surrogates).`,
  );
}

function isName(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && isShort(value, longest) && value.isWellFormed();
}

/** No unit of a text takes more than 3 bytes, so most need not be counted. */
function isShort(text: string, longest: number): boolean {
  return text.length * 3 <= longest || (text.length <= longest && Buffer.byteLength(text) <= longest);
}
