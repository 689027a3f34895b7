import { BrokerRefusedError, BrokerUnavailableError, RepidError } from '@repid/core';
import { codeOf, refusalOf } from './refusals.js';
import { redact } from './redact.js';

/** The connection was lost, or the time ran out, after a command was sent. The command may have been carried out. */
export class ReplyLostError extends BrokerUnavailableError {
  /** @param address where Redis is, without user name and password */
  constructor(address: string, reason: string, cause?: unknown) {
    super(
      `Redis at ${address} did not answer: ${reason}. What was asked for may have been done or not. Check that it is up and reachable.`,
      { cause, mayBeDone: true },
    );
    this.name = 'BrokerUnavailableError';
  }
}

/** There was no connection, so the command was not sent. It may be sent again. */
export class NotSentError extends BrokerUnavailableError {
  /** @param address where Redis is, without user name and password */
  constructor(address: string, reason: string, cause?: unknown) {
    super(`Redis at ${address} is out of reach: ${reason}. Nothing was sent. Check that it is up and reachable.`, {
      cause,
      mayBeDone: false,
    });
    this.name = 'BrokerUnavailableError';
  }
}

const NOT_SENT = /enableOfflineQueue options is false/;

/** True for a refusal by Redis, false if there was no reply. */
export function isRefusal(problem: unknown): problem is Error {
  return problem instanceof Error && problem.name === 'ReplyError';
}

/** The text of Redis' refusal; undefined if the problem is another one. */
export function refusalTextOf(problem: unknown): string | undefined {
  const reply = problem instanceof RepidError ? problem.cause : problem;
  return isRefusal(reply) ? reply.message : undefined;
}

/** True if Redis' refusal contains the code, or matches. */
export function isRefusedWith(problem: unknown, code: string | RegExp): boolean {
  const reply = refusalTextOf(problem);
  if (reply === undefined) return false;
  return typeof code === 'string' ? reply.includes(code) : code.test(reply);
}

/** True if the server is a replica. */
export function isReadOnly(reply: string | undefined): boolean {
  return reply !== undefined && codeOf(reply) === 'READONLY';
}

/** True if nothing was carried out and the same command may soon be accepted, by this server or another one. */
export function isTemporary(problem: unknown): boolean {
  if (problem instanceof NotSentError) return true;
  const reply = refusalTextOf(problem);
  return reply !== undefined && refusalOf(reply).isSentAgain;
}

/**
 * Explains a failed command to its caller. The error holds no command.
 * @param address where Redis is, without user name and password
 */
export function explain(problem: unknown, address: string): RepidError {
  if (problem instanceof RepidError) return problem;
  const cause = redact(lastOfMany(problem));
  if (NOT_SENT.test(cause.message)) return new NotSentError(address, 'the connection was lost', cause);
  if (!isRefusal(cause)) return new ReplyLostError(address, 'the connection was lost', cause);
  return refused(cause.message, address, cause);
}

/** After too many redirections or retries, the client of a cluster reports the last refusal in this text. */
const MANY = /^Too many Cluster redirections\. Last error: ReplyError: ([\s\S]*)$/;

function lastOfMany(problem: unknown): unknown {
  const [, reply] = (problem instanceof Error && MANY.exec(problem.message)) || [];
  return reply === undefined ? problem : Object.assign(new Error(reply), { name: 'ReplyError' });
}

const TLS = /^(?:ERR_SSL|ERR_TLS|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|EPROTO$)/;

const FOREIGN = /RESP type|reply type byte/;

/** The error for a problem that a retry cannot fix; undefined if connecting may still succeed. */
export function refusedAtConnect(problem: Error, address: string): BrokerRefusedError | undefined {
  const { message, code = '' } = problem as Error & { code?: string };
  if (isRefusal(problem)) {
    const refusal = refused(message, address, problem);
    return refusal instanceof BrokerRefusedError ? refusal : undefined;
  }
  const remedy = TLS.test(code) ? CHECK_TLS : FOREIGN.test(message) ? CHECK_SERVER : undefined;
  if (!remedy) return undefined;
  return new BrokerRefusedError(`Redis at ${address} cannot be talked to: ${message}. ${remedy}`, { cause: problem });
}

const CHECK_TLS = 'Check the certificates in "tls", and whether the server uses TLS at all.';

const CHECK_SERVER = 'Check that a Redis server is there; where it uses TLS, write "rediss://".';

/** The error for a refusal by Redis, temporary or permanent. Nothing was carried out. */
export function refused(
  message: string,
  address: string,
  cause?: unknown,
): BrokerUnavailableError | BrokerRefusedError {
  const { isTransient, remedy } = refusalOf(message);
  const text = `Redis at ${address} refused: ${message.replace(/\.$/, '')}. ${remedy}`;
  return isTransient
    ? new BrokerUnavailableError(text, { cause, mayBeDone: false })
    : new BrokerRefusedError(text, { cause });
}
