import { LIMITS } from '../options/defaults.js';

/** How many problems are remembered at most. */
const MOST = 1_000;

/** Calls the user's function. Ignores what it throws: there is nowhere else to report it. */
export function safeReports(onProblem: (problem: Error) => unknown): (problem: Error) => void {
  return (problem) => {
    try {
      const told = onProblem(problem);
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      return;
    }
  };
}

/** The same, with each problem once in an interval, so that a lasting one is not reported all the time. */
export function limitedReports(
  onProblem: (problem: Error) => unknown,
  interval: number = LIMITS.outageReportInterval,
): (problem: Error) => void {
  const report = safeReports(onProblem);
  /** Message -> when it may be reported again, by the process' monotonic clock. */
  const until = new Map<string, number>();
  return (problem) => {
    const now = performance.now();
    if (now < (until.get(problem.message) ?? 0)) return;
    if (until.size >= MOST) until.clear();
    until.set(problem.message, now + interval);
    report(problem);
  };
}
