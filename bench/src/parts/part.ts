import type { Case, Sample, Unit } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { entryOf, SUBJECT_NAMES, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';

/** One question about all subjects. */
export interface Part<One extends Case = Case> extends Unit {
  readonly name: string;
  readonly question: string;
  /** What is measured. @param isQuick whether sizes are smaller, to check that it works */
  cases(isQuick: boolean): readonly One[];
  /**
   * One run of a case. The first is a warm-up, long enough for code to be compiled.
   * @param warmUp what the warm-up measured; undefined in the warm-up itself
   */
  measure(one: One, fixture: Fixture, warmUp?: Sample): Promise<Sample | readonly Reading[]>;
  /** The runs of each case of a scenario, if they differ from the option `runs`. */
  runs?(asked: number, scenario: string): number;
}

/** One of several values of a run, with its own scenario. */
export interface Reading extends Sample, Partial<Unit> {
  readonly scenario: string;
}

/** Infers the type of the cases. */
export function partOf<One extends Case>(part: Part<One>): Part<One> {
  return part;
}

export const RATE = { unit: 'jobs/s', better: 'higher' } as const;

/** Jobs of one kind, of one subject. */
export interface Jobs {
  readonly subject: SubjectName;
  readonly variant: Variant;
}

export const ALL_JOBS: readonly Jobs[] = SUBJECT_NAMES.flatMap((subject) =>
  entryOf(subject).variants.map((variant) => ({ subject, variant })),
);

/** All jobs that have no results. */
export const RESULTLESS = ALL_JOBS.filter(({ variant }) => variant !== 'result');

/** The subjects that differ for Redis: core and BullMQ send the same commands with and without Nest. */
export const DISTINCT = RESULTLESS.filter(({ subject }) => subject !== 'repid-core' && subject !== 'nestjs-bullmq');
