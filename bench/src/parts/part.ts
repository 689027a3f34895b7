import type { Case, Sample, Unit } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { SUBJECT_NAMES, entryOf, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';

/** One question to all subjects. */
export interface Part extends Unit {
  readonly name: string;
  readonly question: string;
  cases(fixture: Fixture): readonly BenchCase[];
  /** The runs of each case of a scenario, where they are not those that were asked for. */
  runs?(asked: number, scenario: string): number;
}

export interface BenchCase extends Case {
  /** One run. The first is a warm-up, long enough for its code to be compiled. */
  measure(isWarmUp: boolean): Promise<Sample | readonly Reading[]>;
}

/** One of several values of a run, with a scenario of its own. */
export interface Reading extends Sample, Partial<Unit> {
  readonly scenario: string;
}

export const RATE = { unit: 'jobs/s', better: 'higher' } as const;

/** Jobs of one kind, of one subject. */
export interface Jobs {
  readonly subject: SubjectName;
  readonly variant: Variant;
}

/** Returns what is sent before there are results: all variants but `result`. */
export function jobsWithoutResults(subjects: readonly SubjectName[]): Jobs[] {
  return subjects.flatMap((subject) =>
    entryOf(subject)
      .variants.filter((variant) => variant !== 'result')
      .map((variant) => ({ subject, variant })),
  );
}

/** Subjects that differ in sending: one that is measured through Nest sends by the same code. */
export const SENDERS = SUBJECT_NAMES.filter((name) => name !== 'repid-core' && name !== 'nestjs-bullmq');
