import type { Subject } from '../subjects/subject.js';
import type { Way } from '../subjects/way.js';

/** @throws RangeError where the subject has no such way */
export function wayOf({ ways = {} }: Subject, name: string): Way {
  const way = ways[name];
  if (way === undefined) throw new RangeError(`There is no way "${name}". There are: ${Object.keys(ways).join(', ')}.`);
  return way;
}
