import { HEADER } from './header-names.js';

type Headers = Readonly<Record<string, string>>;

/** Separates the token of an enqueueing from the number of the run. Tokens do not contain it. */
const SEPARATOR = '.';

/**
 * The nonce of a job's next run: `<token>.<number>`. The token stays and identifies the enqueueing; the number is
 * incremented, so that the followers of two runs have different ids.
 */
export function nextNonce(nonce = ''): string {
  const [token, run = '0'] = nonce.split(SEPARATOR);
  return `${token}${SEPARATOR}${(Number(run) || 0) + 1}`;
}

/**
 * True if both nonces come from the same enqueueing of an id: from the same run, or from runs that follow one another.
 */
export function isSameEnqueueing(one: string | undefined, other: string | undefined): boolean {
  return tokenOf(one) === tokenOf(other);
}

/** The headers of a job that continues after a commit. */
export function asNextRun(headers: Headers): Record<string, string> {
  return { ...headers, [HEADER.nonce]: nextNonce(headers[HEADER.nonce]) };
}

function tokenOf(nonce = ''): string {
  return nonce.split(SEPARATOR, 1)[0] as string;
}
