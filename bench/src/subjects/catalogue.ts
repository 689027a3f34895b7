import type { Variant } from './subject.js';

/** Ours, those of others, and plain Redis Streams by ioredis, without any guarantee. */
export type Role = 'ours' | 'peer' | 'plain';

interface Entry {
  readonly role: Role;
  /** What it has, of what is measured. */
  readonly variants: readonly Variant[];
}

/** What is known of each subject without loading it. */
export const CATALOGUE = {
  repid: { role: 'ours', variants: ['bare', 'job', 'result'] },
  'repid-core': { role: 'ours', variants: ['bare', 'job', 'result'] },
  raw: { role: 'plain', variants: ['bare'] },
  bullmq: { role: 'peer', variants: ['job', 'result'] },
  'nestjs-bullmq': { role: 'peer', variants: ['job', 'result'] },
  'bee-queue': { role: 'peer', variants: ['job'] },
  groupmq: { role: 'peer', variants: ['job', 'result'] },
} as const satisfies Record<string, Entry>;

export type SubjectName = keyof typeof CATALOGUE;

export const SUBJECT_NAMES = Object.keys(CATALOGUE) as SubjectName[];

export function roleOf(name: SubjectName): Role {
  return CATALOGUE[name].role;
}

export function variantsOf(name: SubjectName): readonly Variant[] {
  return CATALOGUE[name].variants;
}
