import { BrokerRefusedError, BrokerUnavailableError } from '@repid/core';

/** The first pause before it is tried again, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;

/** After a run of so many milliseconds the pauses begin anew. */
const LONG_RUN = 60_000;

/** What is kept running. */
export interface Attempt {
  /** Resolves when it has ended as it should. */
  readonly run: () => Promise<unknown>;
  /** Told of each failure, and in how many milliseconds it is tried again; undefined where it is not, for no retry would help. */
  readonly onFailure: (error: unknown, pause: number | undefined) => void;
}

/** Runs something until it has ended as it should: where its broker is away or full, or refuses it, it is tried again. */
export class Autorun {
  /** Why the last attempt has failed; undefined before that, and once another one has lasted. */
  problem: unknown;
  private isStopped = false;
  private endPause = (): void => undefined;

  constructor(private readonly attempt: Attempt) {}

  /** True until it has ended, or was stopped. */
  isActive = false;

  /** Resolves when it has ended. Does not reject. */
  async start(): Promise<void> {
    this.isActive = true;
    for (let pause = FIRST_PAUSE; !this.isStopped; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const begun = performance.now();
      const problem = await this.failureOf(this.attempt.run());
      if (problem === undefined) break;
      if (performance.now() - begun > LONG_RUN) pause = FIRST_PAUSE;
      if (!(await this.goOnAfter(problem.error, pause))) break;
    }
    this.isActive = false;
  }

  /** Makes no further attempt. */
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

  private async goOnAfter(error: unknown, pause: number): Promise<boolean> {
    this.problem = error;
    if (this.isStopped) return false;
    const isPassing = error instanceof BrokerUnavailableError || error instanceof BrokerRefusedError;
    this.attempt.onFailure(error, isPassing ? pause : undefined);
    if (isPassing) await this.pause(pause);
    return isPassing;
  }

  /** Keeps the process alive: it is at work. */
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
