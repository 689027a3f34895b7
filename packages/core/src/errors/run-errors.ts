import { errorText } from './describe-error.js';
import { RepidError } from './repid-error.js';

/** Something was sent, set or added by a run that is over: its actor had ended, or its message was settled. It was not done. */
export class RunEndedError extends RepidError {
  readonly code = 'REPID_RUN_ENDED';

  constructor(
    /** What was called, as `msg.enqueue()`. */
    readonly call: string,
    /** Why it came too late. */
    why: string,
  ) {
    super(
      `${call} came too late and had no effect: ${why}. Call it sooner, and await every promise that the actor starts; ` +
        'what is to be sent in any case can be sent with { immediate: true }.',
    );
  }
}

/**
 * A `retryPolicy` or an `onError` failed where it was to decide about a failed run, so the job was given up. Its `cause` is an
 * AggregateError of the actor's error and the policy's.
 */
export class FailurePolicyError extends RepidError {
  readonly code = 'REPID_FAILURE_POLICY';

  constructor(
    policy: 'retryPolicy' | 'onError',
    actor: string,
    /** What the actor failed with. */
    readonly failure: unknown,
    /** What the policy failed with. */
    problem: unknown,
  ) {
    super(
      `The ${policy} of actor "${actor}" failed: ${errorText(problem)} ` +
        `It was to decide about the actor's own error: ${errorText(failure)}`,
      { cause: new AggregateError([failure, problem], `The error of actor "${actor}", and that of its ${policy}.`) },
    );
  }
}

/** The actor that was to reply to a request failed for good. */
export class RequestFailedError extends RepidError {
  readonly code = 'REPID_REQUEST_FAILED';

  constructor(
    channel: string,
    /** The error of the actor: its code or name, its name, and its message. */
    readonly reason: { readonly code: string; readonly name: string; readonly message: string },
  ) {
    super(
      `The actor that was to reply to a request on channel "${channel}" failed: ${reason.name}: ${reason.message} ` +
        'It may lie in the dead letters of that channel.',
    );
  }
}
