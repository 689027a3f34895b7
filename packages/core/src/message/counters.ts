import { HEADER } from './header-names.js';

type Headers = Readonly<Record<string, string>>;

/** One attempt more. */
export function countTry(headers: Headers, alreadyTried: number): Headers {
  return { ...asRouted(headers), [HEADER.tried]: String(alreadyTried + 1) };
}

/** As those of a message that an actor was found for: should none be found later, that counts from then on. */
export function asRouted(headers: Headers): Headers {
  if (headers[HEADER.unrouted] === undefined) return headers;
  const { [HEADER.unrouted]: _unrouted, ...rest } = headers;
  return rest;
}

/** One more look by a worker that had no actor for it, the first of them at `since`, in milliseconds since the epoch. */
export function countUnrouted(headers: Headers, looks: number, since: number): Headers {
  return { ...headers, [HEADER.unrouted]: `${looks + 1} ${since}` };
}

/** As if it had never been tried. */
export function withoutCounters(headers: Headers): Record<string, string> {
  const { [HEADER.tried]: _tried, [HEADER.unrouted]: _unrouted, ...rest } = headers;
  return rest;
}

/** As those of a job that recurs no more: the others go on under its id. */
export function asOneOff(headers: Headers): Record<string, string> {
  const { [HEADER.every]: _every, [HEADER.cron]: _cron, [HEADER.cronTimeZone]: _zone, ...rest } = headers;
  const { [HEADER.dueAt]: _dueAt, ...once } = rest;
  return once;
}

/** What a dead letter does not keep. Letters that other libraries have put away may have it: brokers leave it out when they replay them. */
export const NOT_IN_DEAD_LETTERS: readonly string[] = [HEADER.tried, HEADER.unrouted, HEADER.ttl];

/** As a dead letter keeps them: replayed, it starts anew and does not expire. */
export function asDeadLetter(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_IN_DEAD_LETTERS.includes(name)));
}
