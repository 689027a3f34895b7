import { ERROR_ACTIONS, type Confirmation, type ErrorAction } from '../actor/actor-options.js';
import {
  CancelledError,
  DependencyError,
  FailurePolicyError,
  InvalidConfirmationError,
  InvalidOptionError,
  PayloadTooLargeError,
  PayloadValidationError,
  RetryLater,
  SerializationError,
  Unrecoverable,
} from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { show } from '../errors/show.js';
import type { RetryPolicy } from '../retry/index.js';
import { toMilliseconds } from '../duration/index.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';

/** How a run has ended. */
export type Ending =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  /** The worker shuts down and its grace period is over. */
  | { readonly type: 'shut-down' };

/** What the decision depends on, besides the ending. */
export interface Circumstances {
  readonly actor: string;
  readonly confirmation: Confirmation;
  readonly onError?: ErrorAction | ((error: unknown) => ErrorAction);
  readonly retryPolicy: RetryPolicy;
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
}

/** What is to become of a message. */
export type Verdict =
  /** Done; with an error where it failed and is acknowledged all the same. */
  | { readonly action: 'ack'; readonly error?: unknown }
  | { readonly action: 'nack'; readonly error: unknown }
  | { readonly action: 'reject'; readonly error?: unknown }
  | { readonly action: 'retry'; readonly error: unknown; readonly delay: number }
  /** Not settled: delivered again when its ownership runs out. */
  | { readonly action: 'leave'; readonly error?: unknown };

/** What becomes of a message, from how its run has ended. A policy of the user's that fails gives it up. Never throws. */
export function decide(ending: Ending, circumstances: Circumstances): Verdict {
  if (ending.type === 'shut-down') return { action: 'reject' };
  if (ending.type === 'returned') return decideReturned(ending.value, circumstances);
  return decideThrown(ending.error, circumstances);
}

/** True for what will say the same next time, so that no retry helps. */
export function isFinal(error: unknown): boolean {
  return FINAL_ERRORS.some((type) => isA(error, type));
}

const FINAL_ERRORS: readonly (abstract new (...args: never[]) => Error)[] = [
  Unrecoverable,
  PayloadValidationError,
  PayloadTooLargeError,
  SerializationError,
  InvalidConfirmationError,
  CancelledError,
  DependencyError,
];

const EXPLICIT = new Set(['ack', 'nack', 'reject', 'no-action', 'no_action']);

function decideReturned(value: unknown, { confirmation, actor }: Circumstances): Verdict {
  if (confirmation === 'manual') return { action: 'leave' };
  if (confirmation !== 'manual-explicit') return { action: 'ack' };
  if (typeof value !== 'string' || !EXPLICIT.has(value))
    return { action: 'nack', error: new InvalidConfirmationError(actor, value) };
  if (value === 'nack') return { action: 'nack', error: new Unrecoverable(`Actor "${actor}" returned 'nack'.`) };
  return { action: value === 'ack' || value === 'reject' ? value : 'leave' };
}

function decideThrown(error: unknown, circumstances: Circumstances): Verdict {
  const { confirmation, retries } = circumstances;
  if (isA(error, CancelledError)) return { action: 'ack', error };
  if (confirmation === 'always-ack' || confirmation === 'ack-first') return { action: 'ack', error };
  if (!isFinal(error) && retries.alreadyTried < retries.maxAmount) return decideRetried(error, circumstances);
  return decideFailed(error, circumstances);
}

function decideRetried(error: unknown, { actor, retries, retryPolicy }: Circumstances): Verdict {
  try {
    return { action: 'retry', error, delay: retryDelay(error, retries.alreadyTried + 1, retryPolicy) };
  } catch (problem) {
    ignoreRejection(problem);
    return { action: 'nack', error: new FailurePolicyError('retryPolicy', actor, error, problem) };
  }
}

function decideFailed(error: unknown, { actor, confirmation, onError }: Circumstances): Verdict {
  const actsByItself = confirmation === 'manual' || confirmation === 'manual-explicit';
  if (onError === undefined) return { action: actsByItself && !isFinal(error) ? 'leave' : 'nack', error };
  try {
    return { action: errorAction(onError, error), error };
  } catch (problem) {
    ignoreRejection(problem);
    return { action: 'nack', error: new FailurePolicyError('onError', actor, error, problem) };
  }
}

function errorAction(onError: NonNullable<Circumstances['onError']>, error: unknown): ErrorAction {
  const action = typeof onError === 'function' ? onError(error) : onError;
  if (ERROR_ACTIONS.includes(action)) return action;
  ignoreRejection(action);
  throw new InvalidOptionError(`"onError" answered ${show(action)}. Answer 'nack', 'reject' or 'ack', not a promise.`);
}

/** The wait before this retry, in milliseconds. @throws InvalidOptionError when the policy answers no duration */
export function retryDelay(error: unknown, retryNumber: number, policy: RetryPolicy): number {
  const delay = (isA(error, RetryLater) ? error.delay : undefined) ?? policy(retryNumber, error);
  ignoreRejection(delay);
  return toMilliseconds(delay, 'retry delay');
}
