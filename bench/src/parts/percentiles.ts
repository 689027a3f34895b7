import type { Case, Measured, Unit } from '../figure.js';
import { percentile } from '../statistics.js';
import { figures } from './figures.js';
import type { Turns } from './interleaved.js';

/** Which are told. */
const PERCENTS = [50, 99];

/** What they are in. */
export const MILLISECONDS: Unit = { name: 'ms', better: 'lower' };

/** Figures for each percentile: of each run it is one sample. */
export function percentilesOf(scenario: string, turns: readonly Turns<Case, readonly number[]>[]): Measured[] {
  return PERCENTS.flatMap((percent) =>
    figures(turns, `${scenario}, p${percent}`, MILLISECONDS, (values) => percentile(values, percent)),
  );
}
