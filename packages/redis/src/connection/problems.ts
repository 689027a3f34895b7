import { BrokerUnavailableError } from '@repid/core';

/** The connection was lost, or the time ran out, after a command was sent: it may have been carried out or not. */
export class AnswerLostError extends BrokerUnavailableError {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `Redis did not answer: ${reason}. What was asked for may have been done or not. Check that it is up and reachable.`,
      options,
    );
    this.name = 'BrokerUnavailableError';
  }
}

/** The connection went before the command was sent: it may be sent again. */
export class NotSentError extends BrokerUnavailableError {
  constructor(options?: ErrorOptions) {
    super('Redis is out of reach: the connection was lost. Check that it is up and reachable.', options);
    this.name = 'BrokerUnavailableError';
  }
}

const NOT_SENT = /enableOfflineQueue options is false/;
const TRANSIENT = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|BUSY|MISCONF|NOREPLICAS)\b/;

/** True for an answer of Redis that says no, as against no answer. */
export function isRefusal(problem: unknown): problem is Error {
  return problem instanceof Error && problem.name === 'ReplyError';
}

/** True where Redis' answer begins with that code. */
export function isRefusedWith(problem: unknown, code: string): boolean {
  return isRefusal(problem) && problem.message.includes(code);
}

/** What a failed command means to its caller. */
export function explain(problem: unknown): unknown {
  if (problem instanceof Error && NOT_SENT.test(problem.message)) return new NotSentError({ cause: problem });
  if (!isRefusal(problem)) return new AnswerLostError('the connection was lost', { cause: problem });
  return TRANSIENT.test(problem.message) ? refused(problem.message, problem) : problem;
}

/** Redis refuses for a reason that may pass. */
export function refused(message: string, cause?: unknown): BrokerUnavailableError {
  return new BrokerUnavailableError(`Redis refused: ${message}`, { cause });
}
