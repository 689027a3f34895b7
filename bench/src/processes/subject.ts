import { entryOf, type SubjectName } from '../subjects/catalogue.js';
import type { ChainMethod } from '../subjects/subject.js';

/** The subject of this child process, which is its only argument. */
export const { subject } = await entryOf(process.argv[2] as SubjectName).load();

/** Returns a method of the subject. `by hand` is a handler that adds the next step. */
export function chainMethod(name: string): ChainMethod {
  const method = name === 'by hand' ? subject : subject.chainMethods?.[name];
  if (method === undefined) throw new RangeError(`The subject has no chain method "${name}".`);
  return method;
}
