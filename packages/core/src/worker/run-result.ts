import { ignoreRejection } from '../errors/ignore-rejection.js';
import type { ActorResult } from './disposition.js';
import { WorkerShutdownError } from './shutdown.js';

/** How a run ended. */
export type RunResult =
  | { readonly type: 'returned'; readonly value: unknown }
  | FailedRun
  /** The worker shuts down, and its grace period is over. */
  | { readonly type: 'shut-down' };

/** A run that threw, timed out, or could not read its inputs. */
export interface FailedRun {
  readonly type: 'threw';
  readonly error: unknown;
}

/** The result of a run that threw `error`. A promise that is thrown in place of an error must not end the process by its rejection. */
export function threw(error: unknown): FailedRun {
  ignoreRejection(error);
  return { type: 'threw', error };
}

/** How a run ended, or why this worker must not settle its delivery any more. */
export type ExecutionResult = RunResult | { readonly type: 'lost' } | { readonly type: 'cancelled' };

/** The result to store for a message that is settled already. */
export function actorResultOf(result: RunResult): ActorResult {
  if (result.type === 'returned') return { value: result.value };
  return { error: result.type === 'threw' ? result.error : new WorkerShutdownError() };
}
