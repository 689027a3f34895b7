import type { ConsumeOptions } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { limitedReports, safeReports } from '../connection/reports.js';
import { LIMITS } from '../options/defaults.js';

/** Calls the listeners of a consumer. Ignores what they throw. */
export class ConsumerReports {
  private readonly report = safeReports((problem) => this.options.onProblem?.(problem));
  private readonly reportLasting = limitedReports(this.report, LIMITS.reportInterval);

  constructor(
    private readonly options: Pick<ConsumeOptions, 'onCancel' | 'onProblem'>,
    private readonly commands: () => Connection,
  ) {}

  /** Reports a problem. */
  readonly problem = (problem: unknown): void => this.report(errorOf(problem));

  /** Reports a lasting problem, once in an interval. A string is a refusal by Redis or a script. */
  readonly lasting = (problem: unknown): void =>
    this.reportLasting(typeof problem === 'string' ? this.commands().refused(problem) : errorOf(problem));

  /** The same for one channel. */
  ofChannel(channel: string, problem: string): void {
    this.lasting(`Channel "${channel}": ${problem}`);
  }

  /** Reports that a job was cancelled. */
  cancelled(channel: string, jobId: string): void {
    try {
      this.options.onCancel?.(channel, jobId);
    } catch (problem) {
      this.problem(problem);
    }
  }
}

function errorOf(problem: unknown): Error {
  return problem instanceof Error ? problem : new Error(String(problem));
}
