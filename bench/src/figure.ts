import { median } from './statistics.js';
import type { SubjectName } from './subjects/catalogue.js';

/** One run's outcome. */
export interface Sample {
  readonly value: number;
  /** CPU seconds for each 10,000 jobs: of the process that is measured, and of Redis. */
  readonly cpu?: { readonly process: number; readonly redis: number };
}

/** What is measured, and on whom. */
export interface Case {
  /** Those of one scenario are compared with each other. */
  readonly scenario: string;
  readonly subject: SubjectName;
  /** What is sent, or how: a word for the table. */
  readonly variant: string;
}

/** How the values of a part are to be read. */
export interface Unit {
  readonly name: string;
  /** Neither is where a value says how it is, not how good. */
  readonly better: 'higher' | 'lower' | 'neither';
}

/** All runs of one case. */
export interface Figure extends Case {
  readonly part: string;
  readonly unit: Unit;
  readonly samples: readonly Sample[];
}

/** What a part answers: its figures, in its own unit where they say no other. */
export type Measured = Omit<Figure, 'part' | 'unit'> & Partial<Pick<Figure, 'unit'>>;

/** The middle one of its values. */
export function valueOf({ samples }: Figure): number {
  return median(samples.map(({ value }) => value));
}

/**
 * How it stands to another of its scenario: the middle one of their runs' ratios, each with that of the same turn, since what
 * changes on the machine from turn to turn meets both. Nothing where there is nothing to compare.
 */
export function ratioOf(
  one: Figure,
  other: Figure,
  quantity: (sample: Sample) => number | undefined,
): number | undefined {
  const ratios = one.samples.flatMap((sample, turn) => {
    const [ours, theirs] = [quantity(sample), other.samples[turn] && quantity(other.samples[turn])];
    return ours === undefined || theirs === undefined ? [] : [ours / theirs];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** The middle ones of its CPU seconds, where they were taken. */
export function cpuOf({ samples }: Pick<Figure, 'samples'>): Sample['cpu'] {
  const taken = samples.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
  if (taken.length === 0) return undefined;
  return { process: median(taken.map((cpu) => cpu.process)), redis: median(taken.map((cpu) => cpu.redis)) };
}
