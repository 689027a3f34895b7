import type { SubjectName } from './catalogue.js';
import type { Subject } from './subject.js';

/** Only the subject that a process measures is loaded into it. */
const LOADERS: Readonly<Record<SubjectName, () => Promise<Subject>>> = {
  repid: async () => (await import('./repid/nest.js')).repid,
  'repid-core': async () => (await import('./repid/core.js')).repidCore,
  raw: async () => (await import('./raw.js')).raw,
  bullmq: async () => (await import('./bullmq/bullmq.js')).bullmq,
  'nestjs-bullmq': async () => (await import('./bullmq/nest.js')).nestjsBullmq,
  'bee-queue': async () => (await import('./bee-queue.js')).beeQueue,
  groupmq: async () => (await import('./groupmq.js')).groupmq,
};

/** @throws RangeError for a name that is none */
export async function loadSubject(name: string): Promise<Subject> {
  if (!Object.hasOwn(LOADERS, name)) throw new RangeError(`There is no subject "${name}".`);
  return LOADERS[name as SubjectName]();
}
