import { errorText } from './describe-error.js';
import { RepidError } from './repid-error.js';

/**
 * A run sent, set or added something after it was over: its actor had ended, or its message was settled. It had no
 * effect.
 */
export class RunEndedError extends RepidError {
  readonly code = 'REPID_RUN_ENDED';

  constructor(
    /** The call, such as `msg.enqueue()`. */
    readonly call: string,
    /** Why the call was too late. */
    why: string,
  ) {
    super(
      `${call} came too late and had no effect: ${why}. Call it sooner, and await every promise that the actor starts; ` +
        'to send in any case, use { immediate: true }.',
    );
  }
}

/**
 * A `retryPolicy` or `onError` threw while deciding about a failed run, so the job was dead-lettered. The `cause` is an
 * AggregateError of the actor's error and the policy's.
 */
export class FailurePolicyError extends RepidError {
  readonly code = 'REPID_FAILURE_POLICY';

  constructor(
    policy: 'retryPolicy' | 'onError',
    actor: string,
    /** The actor's error. */
    readonly failure: unknown,
    /** The policy's error. */
    problem: unknown,
  ) {
    super(
      `The ${policy} of actor "${actor}" failed: ${errorText(problem)} ` +
        `It had to decide about the actor's own error: ${errorText(failure)}`,
      { cause: new AggregateError([failure, problem], `The error of actor "${actor}", and that of its ${policy}.`) },
    );
  }
}

/** A job has ended without success. Rejects `job.waitUntilFinished()`. */
export class JobFailedError extends RepidError {
  readonly code = 'REPID_JOB_FAILED';

  constructor(
    readonly job: { readonly id: string; readonly name: string },
    readonly reason: 'failed' | 'skipped' | 'cancelled',
    /** Its error, as `Name: message`. */
    readonly exception: string,
    /** The error of the job that began it: that of a skipped job's dependency, otherwise its own. */
    readonly rootCause: string,
  ) {
    super(`Job "${job.name}" (${job.id}) ${reason === 'failed' ? 'failed' : `was ${reason}`}: ${exception}`);
  }
}

/** The actor that a request was sent to failed for good. */
export class RequestFailedError extends RepidError {
  readonly code = 'REPID_REQUEST_FAILED';

  constructor(
    channel: string,
    /** The actor's error: its code or name, its name, and its message. */
    readonly reason: { readonly code: string; readonly name: string; readonly message: string },
  ) {
    super(
      `The actor of a request on channel "${channel}" failed: ${reason.name}: ${reason.message} ` +
        "The request may be in that channel's dead letters.",
    );
  }
}
