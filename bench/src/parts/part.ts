import type { Case, Sample, Unit } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { entryOf, SUBJECT_NAMES, type SubjectName } from '../subjects/catalogue.js';
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
  /** One run. The first is a warm-up, long enough for code to be compiled. */
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

/** All jobs that have no results. */
export const RESULTLESS: readonly Jobs[] = SUBJECT_NAMES.flatMap((subject) =>
  entryOf(subject)
    .variants.filter((variant) => variant !== 'result')
    .map((variant) => ({ subject, variant })),
);

/** Those of them that differ for Redis: the engine alone sends what it sends through Nest, and so does BullMQ. */
export const DISTINCT = RESULTLESS.filter(({ subject }) => subject !== 'repid-core' && subject !== 'nestjs-bullmq');
