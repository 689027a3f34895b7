import { Seldom } from '../message-broker/seldom.js';
import { LIMITS } from '../options/defaults.js';

/** Tells the user's function of problems: of each once in a while, and without being harmed where it fails. */
export function seldomReports(onProblem: (problem: Error) => unknown): (problem: Error) => void {
  const seldom = new Seldom(LIMITS.outageReportInterval);
  return (problem) => {
    if (!seldom.passes(problem.message)) return;
    try {
      const told = onProblem(problem);
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      // Nobody is left to tell.
    }
  };
}
