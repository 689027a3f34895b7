import { RepeatFilter } from './repeat-filter.js';
import { LIMITS } from '../options/defaults.js';

/** Calls the user's function with problems, with each once in an interval. Ignores what it throws. */
export function limitedReports(onProblem: (problem: Error) => unknown): (problem: Error) => void {
  const filter = new RepeatFilter(LIMITS.outageReportInterval);
  return (problem) => {
    if (!filter.passes(problem.message)) return;
    try {
      const told = onProblem(problem);
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      // There is nowhere else to report it.
    }
  };
}
