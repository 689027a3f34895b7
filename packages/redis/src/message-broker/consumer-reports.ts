import type { ConsumeOptions } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { LIMITS } from '../options/defaults.js';
import { Seldom } from './seldom.js';

/** Tells the listeners of a consumer. What they throw stops nothing. */
export class ConsumerReports {
  private readonly seldom = new Seldom(LIMITS.reportInterval);

  constructor(
    private readonly options: Pick<ConsumeOptions, 'onCancel' | 'onProblem'>,
    private readonly commands: () => Connection,
  ) {}

  /** Tells what went wrong. */
  readonly problem = (problem: unknown): void => {
    try {
      this.options.onProblem?.(problem instanceof Error ? problem : new Error(String(problem)));
    } catch {
      // Nobody is left to be told.
    }
  };

  /** Tells what stays wrong, once in a while. Text is what Redis or a script has said. */
  readonly lasting = (problem: unknown): void => {
    const error = typeof problem === 'string' ? this.commands().refused(problem) : problem;
    if (this.seldom.passes(error instanceof Error ? error.message : String(error))) this.problem(error);
  };

  /** The same of one channel. */
  ofChannel(channel: string, problem: string): void {
    this.lasting(`Channel "${channel}": ${problem}`);
  }

  /** Tells that a job was cancelled. */
  cancelled(channel: string, jobId: string): void {
    try {
      this.options.onCancel?.(channel, jobId);
    } catch (problem) {
      this.problem(problem);
    }
  }
}
