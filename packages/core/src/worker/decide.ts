import { ERROR_ACTIONS, type Confirmation, type ErrorAction } from '../actor/confirmation.js';
import { toMilliseconds } from '../duration/index.js';
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
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { isA } from '../errors/is-a.js';
import { show } from '../errors/show.js';
import type { RetryPolicy } from '../retry/index.js';
import type { Disposition } from './disposition.js';
import type { RunResult } from './run-result.js';

/** What the decision depends on, besides the result of the run. */
export interface Circumstances {
  readonly actor: string;
  readonly confirmation: Confirmation;
  readonly onError?: ErrorAction | ((error: unknown) => ErrorAction);
  readonly retryPolicy: RetryPolicy;
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
}

/** Decides what to do with a delivery from the result of its run. A user's policy that throws leads to `nack`. Never throws. */
export function decide(result: RunResult, circumstances: Circumstances): Disposition {
  if (result.type === 'shut-down') return { action: 'reject' };
  if (result.type === 'returned') return decideReturned(result.value, circumstances);
  return decideThrown(result.error, circumstances);
}

/** True for errors that a retry cannot fix. */
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

function decideReturned(value: unknown, { confirmation, actor }: Circumstances): Disposition {
  if (confirmation === 'manual') return { action: 'leave' };
  if (confirmation === 'manual-explicit') return decideExplicit(value, actor);
  return { action: 'ack', result: { value } };
}

/** An actor with `manual-explicit` returns the action, not a result. */
function decideExplicit(value: unknown, actor: string): Disposition {
  switch (value) {
    case 'ack':
      return { action: 'ack', result: { value: undefined } };
    case 'nack':
      return { action: 'nack', result: { error: new Unrecoverable(`Actor "${actor}" returned 'nack'.`) } };
    case 'reject':
      return { action: 'reject' };
    case 'no-action':
    case 'no_action':
      return { action: 'leave' };
    default:
      return { action: 'nack', result: { error: new InvalidConfirmationError(actor, value) } };
  }
}

function decideThrown(error: unknown, circumstances: Circumstances): Disposition {
  const { confirmation, retries } = circumstances;
  if (isA(error, CancelledError)) return { action: 'ack', result: { error } };
  if (confirmation === 'always-ack' || confirmation === 'ack-first') return { action: 'ack', result: { error } };
  if (!isFinal(error) && retries.alreadyTried < retries.maxAmount) return decideRetry(error, circumstances);
  return decideFailed(error, circumstances);
}

function decideRetry(error: unknown, { actor, retries, retryPolicy }: Circumstances): Disposition {
  try {
    return { action: 'retry', error, delay: retryDelay(error, retries.alreadyTried + 1, retryPolicy) };
  } catch (problem) {
    return { action: 'nack', result: { error: new FailurePolicyError('retryPolicy', actor, error, problem) } };
  }
}

function decideFailed(error: unknown, { actor, confirmation, onError }: Circumstances): Disposition {
  const isManual = confirmation === 'manual' || confirmation === 'manual-explicit';
  if (onError === undefined) return isManual && !isFinal(error) ? { action: 'leave', error } : failed('nack', error);
  try {
    return failed(errorAction(onError, error), error);
  } catch (problem) {
    return failed('nack', new FailurePolicyError('onError', actor, error, problem));
  }
}

function failed(action: ErrorAction, error: unknown): Disposition {
  return action === 'reject' ? { action, error } : { action, result: { error } };
}

function errorAction(onError: NonNullable<Circumstances['onError']>, error: unknown): ErrorAction {
  const action = typeof onError === 'function' ? onError(error) : onError;
  if (ERROR_ACTIONS.includes(action)) return action;
  ignoreRejection(action);
  throw new InvalidOptionError(`"onError" returned ${show(action)}. Return 'nack', 'reject' or 'ack', not a promise.`);
}

/** Returns the delay before this retry, in milliseconds. @throws InvalidOptionError if the policy returns no duration */
export function retryDelay(error: unknown, retryNumber: number, policy: RetryPolicy): number {
  const delay = (isA(error, RetryLater) ? error.delay : undefined) ?? policy(retryNumber, error);
  ignoreRejection(delay);
  return toMilliseconds(delay, 'retry delay');
}
