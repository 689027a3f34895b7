import type { Verdict } from '../check/compare.js';
import { describeTarget } from '../check/target.js';
import { valueOf, type Figure } from '../figure.js';
import type { Environment } from './environment.js';
import type { ResultsFile } from './results-file.js';

/** The results file of a run. */
export function resultsOf(
  environment: Environment & Pick<ResultsFile, 'seconds'>,
  figures: readonly Figure[],
  verdicts: readonly Verdict[],
): ResultsFile {
  return {
    ...environment,
    figures: figures.map((figure) => {
      const { part, scenario, subject, variant, unit, samples } = figure;
      return {
        ...{ part, scenario, subject, variant, unit: unit.name, better: unit.better },
        median: valueOf(figure),
        samples,
      };
    }),
    targets: verdicts.map(({ target, reached, verdict }) => ({ target: describeTarget(target), reached, verdict })),
  };
}
