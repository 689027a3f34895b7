import { BrokerRefusedError, BrokerUnavailableError, RepidError } from '@repid/core';

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
// Scripts on Redis 6 put their place before the code. A key's name further on is no code.
const TRANSIENT =
  /(?:^|: -?)(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|BUSY|MISCONF|NOREPLICAS|UNBLOCKED)\b/;

/** True for an answer of Redis that says no, as against no answer. */
function isRefusal(problem: unknown): problem is Error {
  return problem instanceof Error && problem.name === 'ReplyError';
}

/** True where Redis' answer has that code, or is so. */
export function isRefusedWith(problem: unknown, code: string | RegExp): boolean {
  const answer = problem instanceof RepidError ? problem.cause : problem;
  return isRefusal(answer) && (typeof code === 'string' ? answer.message.includes(code) : code.test(answer.message));
}

/** What a failed command means to its caller. */
export function explain(problem: unknown): unknown {
  if (problem instanceof Error && NOT_SENT.test(problem.message)) return new NotSentError({ cause: problem });
  if (!isRefusal(problem)) return new AnswerLostError('the connection was lost', { cause: problem });
  return refused(problem.message, problem);
}

/** Redis said no: for now, or for good. */
export function refused(message: string, cause?: unknown): BrokerUnavailableError | BrokerRefusedError {
  const text = `Redis refused: ${message}`;
  if (TRANSIENT.test(message)) return new BrokerUnavailableError(text, { cause });
  return new BrokerRefusedError(`${text}. Look at what lies at the keys of this prefix.`, { cause });
}
