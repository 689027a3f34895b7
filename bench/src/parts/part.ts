import type { Case, Sample, Unit } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { entryOf, SUBJECT_NAMES, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';

/** One question about all subjects. */
export interface Part extends Unit {
  readonly name: string;
  readonly question: string;
  cases(fixture: Fixture): readonly BenchCase[];
  /** The runs of each case of a scenario, if they differ from the option `runs`. */
  runs?(asked: number, scenario: string): number;
}

export interface BenchCase extends Case {
  /** One run. The first is a warm-up, long enough for code to be compiled. */
  measure(isWarmUp: boolean): Promise<Sample | readonly Reading[]>;
}

/** One of several values of a run, with its own scenario. */
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

/** The subjects that differ for Redis: core and BullMQ send the same commands with and without Nest. */
export const DISTINCT = RESULTLESS.filter(({ subject }) => subject !== 'repid-core' && subject !== 'nestjs-bullmq');
