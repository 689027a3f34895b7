import type { Subject, Variant } from './subject.js';

/** `plain` is Redis Streams by ioredis, without any guarantee. */
export type Role = 'ours' | 'peer' | 'plain';

interface Entry {
  readonly role: Role;
  readonly title: string;
  readonly detail?: string;
  /** The variants that it supports, the simplest first. */
  readonly variants: readonly Variant[];
  /** Imports it: a process loads only the subject that it measures. */
  load(): Promise<Subject>;
}

export const CATALOGUE = {
  repid: {
    ...{ role: 'ours', title: 'Repid', detail: 'Nest actor with DTO', variants: ['bare', 'job', 'result'] },
    load: async () => (await import('./repid/nest.js')).repid,
  },
  'repid-core': {
    ...{ role: 'ours', title: 'Repid', detail: 'engine alone', variants: ['bare', 'job', 'result'] },
    load: async () => (await import('./repid/core.js')).repidCore,
  },
  raw: {
    ...{ role: 'plain', title: 'raw ioredis Streams', variants: ['bare'] },
    load: async () => (await import('./raw.js')).raw,
  },
  bullmq: {
    ...{ role: 'peer', title: 'BullMQ', variants: ['job', 'result'] },
    load: async () => (await import('./bullmq/bullmq.js')).bullmq,
  },
  'nestjs-bullmq': {
    ...{ role: 'peer', title: '@nestjs/bullmq', variants: ['job', 'result'] },
    load: async () => (await import('./bullmq/nest.js')).nestjsBullmq,
  },
  'bee-queue': {
    ...{ role: 'peer', title: 'bee-queue', variants: ['job'] },
    load: async () => (await import('./bee-queue.js')).beeQueue,
  },
  groupmq: {
    ...{ role: 'peer', title: 'groupmq', variants: ['job', 'result'] },
    load: async () => (await import('./groupmq.js')).groupmq,
  },
} as const satisfies Record<string, Entry>;

export type SubjectName = keyof typeof CATALOGUE;

export const SUBJECT_NAMES = Object.keys(CATALOGUE) as SubjectName[];

/** The properties of a subject that are known without loading it. */
export function entryOf(name: SubjectName): Entry {
  return CATALOGUE[name];
}
