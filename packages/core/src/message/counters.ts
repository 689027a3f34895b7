import { HEADER } from './header-names.js';

type Headers = Readonly<Record<string, string>>;

/** One attempt more. */
export function countTry(headers: Headers, alreadyTried: number): Headers {
  return { ...headers, [HEADER.tried]: String(alreadyTried + 1) };
}

/** One more worker that had no actor for it. */
export function countUnrouted(headers: Headers, unrouted: number): Headers {
  return { ...headers, [HEADER.unrouted]: String(unrouted + 1) };
}

/** As if it had never been tried. */
export function withoutCounters(headers: Headers): Record<string, string> {
  const { [HEADER.tried]: _tried, [HEADER.unrouted]: _unrouted, ...rest } = headers;
  return rest;
}

/** As a dead letter keeps them: replayed, it starts anew and does not expire. */
export function asDeadLetter(headers: Headers): Record<string, string> {
  const { [HEADER.ttl]: _ttl, ...rest } = withoutCounters(headers);
  return rest;
}
