import { entryOf, type SubjectName } from '../subjects/catalogue.js';

/** The subject of this child process, which is its only argument. */
export const subject = await entryOf(process.argv[2] as SubjectName).load();
