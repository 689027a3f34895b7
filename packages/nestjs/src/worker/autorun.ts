import { BrokerRefusedError, BrokerUnavailableError } from '@repid/core';

/** Delay before the first restart, in milliseconds. Each further delay is twice as long. */
const FIRST_DELAY = 200;
const MAX_DELAY = 10_000;

/** After a run of this many milliseconds, delays start again at `FIRST_DELAY`. */
const STABLE_RUN = 60_000;

/** The task that `Autorun` keeps running. */
export interface AutorunTask {
  /** Resolves when it ends normally. */
  readonly run: () => Promise<unknown>;
  /** Called for each failure with the delay in milliseconds before the restart; undefined if a restart cannot help. */
  readonly onFailure: (error: unknown, delay: number | undefined) => void;
}

/** Runs a task until it ends normally. Restarts it if its broker is unavailable or refuses a request. */
export class Autorun {
  /** The error of the last failed run; undefined if no run has failed. */
  problem: unknown;
  private isStopped = false;
  private endPause = (): void => undefined;

  constructor(private readonly task: AutorunTask) {}

  /** True while the task runs or waits for a restart. */
  isActive = false;

  /** Resolves when the task has ended. Never rejects. */
  async start(): Promise<void> {
    this.isActive = true;
    for (let delay = FIRST_DELAY; !this.isStopped; delay = Math.min(2 * delay, MAX_DELAY)) {
      const startedAt = performance.now();
      const failure = await this.failureOf(this.task.run());
      if (failure === undefined) break;
      if (performance.now() - startedAt > STABLE_RUN) delay = FIRST_DELAY;
      if (!(await this.waitForRestart(failure.error, delay))) break;
    }
    this.isActive = false;
  }

  /** Prevents further restarts. */
  stop(): void {
    this.isStopped = true;
    this.endPause();
  }

  private async failureOf(run: Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
    try {
      await run;
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** Returns false if the task must not be restarted. */
  private async waitForRestart(error: unknown, delay: number): Promise<boolean> {
    this.problem = error;
    if (this.isStopped) return false;
    const isRestartable = error instanceof BrokerUnavailableError || error instanceof BrokerRefusedError;
    this.task.onFailure(error, isRestartable ? delay : undefined);
    if (isRestartable) await this.pause(delay);
    return isRestartable;
  }

  /** The timer is not unref'ed: it keeps the process alive until the restart. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
