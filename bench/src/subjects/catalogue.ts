import type { Subject, Variant } from './subject.js';

interface Entry {
  /** `plain` is Redis Streams by ioredis, without any guarantee. */
  readonly role: 'ours' | 'peer' | 'plain';
  readonly title: string;
  /** The variants that it supports, the simplest first. */
  readonly variants: readonly Variant[];
  /** Imports it: a process loads only the subject that it measures. */
  load(): Promise<{ readonly subject: Subject }>;
}

const [OURS, PEER] = [
  { role: 'ours', variants: ['bare', 'job', 'result'] },
  { role: 'peer', variants: ['job', 'result'] },
] as const;

export const CATALOGUE = {
  repid: { ...OURS, title: 'Repid, Nest actor with DTO', load: () => import('./repid/nest.js') },
  'repid-core': { ...OURS, title: 'Repid, engine alone', load: () => import('./repid/core.js') },
  raw: { role: 'plain', variants: ['bare'], title: 'raw ioredis Streams', load: () => import('./raw.js') },
  bullmq: { ...PEER, title: 'BullMQ', load: () => import('./bullmq/bullmq.js') },
  'nestjs-bullmq': { ...PEER, title: '@nestjs/bullmq', load: () => import('./bullmq/nest.js') },
  'bee-queue': { role: 'peer', variants: ['job'], title: 'bee-queue', load: () => import('./bee-queue.js') },
  groupmq: { ...PEER, title: 'groupmq', load: () => import('./groupmq.js') },
} as const satisfies Record<string, Entry>;

export type SubjectName = keyof typeof CATALOGUE;

export const SUBJECT_NAMES = Object.keys(CATALOGUE) as SubjectName[];

/** The properties of a subject that are known without loading it. */
export function entryOf(name: SubjectName): Entry {
  return CATALOGUE[name];
}
