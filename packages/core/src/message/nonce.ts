import { HEADER } from './header-names.js';

type Headers = Readonly<Record<string, string>>;

/** Between the token of an enqueueing and the number of the run: no token holds it. */
const SEPARATOR = '.';

/**
 * The nonce of a job's next run: `<token>.<number>`. The token stays and says which enqueueing the run comes from; the number counts
 * up, so that the followers of two runs have different ids.
 */
export function nextNonce(nonce = ''): string {
  const [token, run = '0'] = nonce.split(SEPARATOR);
  return `${token}${SEPARATOR}${(Number(run) || 0) + 1}`;
}

/** True where both nonces come from one enqueueing of the same id: they are of the same run, or of runs that follow from one another. */
export function isSameEnqueueing(one: string | undefined, other: string | undefined): boolean {
  return tokenOf(one) === tokenOf(other);
}

/** The headers of a job that goes on after a commit. */
export function asNextRun(headers: Headers): Record<string, string> {
  return { ...headers, [HEADER.nonce]: nextNonce(headers[HEADER.nonce]) };
}

function tokenOf(nonce = ''): string {
  return nonce.split(SEPARATOR, 1)[0] as string;
}
