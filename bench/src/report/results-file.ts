import type { Verdict } from '../check/compare.js';
import type { Case, Sample, Unit } from '../figure.js';
import type { Environment } from './environment.js';

/** Everything that was measured, for machines: samples, and where and on what they were taken. */
export interface ResultsFile extends Environment {
  /** How long all of it took. */
  readonly seconds: number;
  readonly figures: readonly ResultsFigure[];
  readonly targets: readonly {
    readonly target: string;
    readonly reached?: number;
    readonly verdict: Verdict['verdict'];
  }[];
}

export interface ResultsFigure extends Case {
  readonly part: string;
  readonly unit: Unit['name'];
  readonly better: Unit['better'];
  readonly median: number;
  readonly samples: readonly Sample[];
}
