import { HEADER } from './header-names.js';

type Headers = Readonly<Record<string, string>>;

/** The headers with one more attempt counted. */
export function countTry(headers: Headers, alreadyTried: number): Headers {
  return { ...asRouted(headers), [HEADER.tried]: String(alreadyTried + 1) };
}

/** The headers of a message that was routed: the count of unrouted deliveries starts over. */
export function asRouted(headers: Headers): Headers {
  if (headers[HEADER.unrouted] === undefined) return headers;
  const { [HEADER.unrouted]: _unrouted, ...rest } = headers;
  return rest;
}

/**
 * The headers with one more unrouted delivery counted, the first of them at `since`, in milliseconds since the epoch.
 */
export function countUnrouted(headers: Headers, count: number, since: number): Headers {
  return { ...headers, [HEADER.unrouted]: `${count + 1} ${since}` };
}

/** The headers of a message that was never tried. */
export function withoutCounters(headers: Headers): Record<string, string> {
  const { [HEADER.tried]: _tried, [HEADER.unrouted]: _unrouted, ...rest } = headers;
  return rest;
}

/** The headers of a job that no longer recurs: its later occurrences go on under its id. */
export function asOneOff(headers: Headers): Record<string, string> {
  const { [HEADER.every]: _every, [HEADER.cron]: _cron, [HEADER.cronTimeZone]: _zone, ...rest } = headers;
  const { [HEADER.dueAt]: _dueAt, ...once } = rest;
  return once;
}

/**
 * Headers that a dead letter does not have. Dead letters written by other libraries may have them; brokers remove them
 * at a replay.
 */
export const NOT_IN_DEAD_LETTERS: readonly string[] = [HEADER.tried, HEADER.unrouted, HEADER.ttl];

/** The headers of a dead letter. When replayed, it starts over and does not expire. */
export function asDeadLetter(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_IN_DEAD_LETTERS.includes(name)));
}
