import type { ConsumeOptions } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { LIMITS } from '../options/defaults.js';
import { RepeatFilter } from '../connection/repeat-filter.js';

/** Calls the listeners of a consumer. Ignores what they throw. */
export class ConsumerReports {
  private readonly filter = new RepeatFilter(LIMITS.reportInterval);

  constructor(
    private readonly options: Pick<ConsumeOptions, 'onCancel' | 'onProblem'>,
    private readonly commands: () => Connection,
  ) {}

  /** Reports a problem. */
  readonly problem = (problem: unknown): void => {
    try {
      this.options.onProblem?.(problem instanceof Error ? problem : new Error(String(problem)));
    } catch {
      // There is nowhere else to report it.
    }
  };

  /** Reports a lasting problem, once in an interval. A string is a refusal by Redis or a script. */
  readonly lasting = (problem: unknown): void => {
    const error = typeof problem === 'string' ? this.commands().refused(problem) : problem;
    if (this.filter.passes(error instanceof Error ? error.message : String(error))) this.problem(error);
  };

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
