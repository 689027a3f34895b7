import { HEADER } from './header-names.js';
import { ownArgsBucketOf } from './parameters.js';

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

/** As those of a run that follows a committed one, under the same id: what it sends is not what that one has sent. */
export function withNextNonce(headers: Headers): Record<string, string> {
  return { ...headers, [HEADER.nonce]: nextNonce(headers[HEADER.nonce]) };
}

/** Another one, the same each time it is made of the same: `.1` of none, `x.1` of `x`, `x.2` of `x.1`. */
function nextNonce(nonce = ''): string {
  const [, base, count] = /^(.*)\.(\d{1,15})$/s.exec(nonce) ?? [undefined, nonce, '0'];
  return `${base}.${Number(count) + 1}`;
}

/** As those of a job that recurs no more: the others go on under its id. */
export function asOneOff(headers: Headers): Record<string, string> {
  const { [HEADER.every]: _every, [HEADER.cron]: _cron, [HEADER.cronTimeZone]: _zone, ...rest } = headers;
  const { [HEADER.dueAt]: _dueAt, ...once } = rest;
  return once;
}

/** With the id of the arguments bucket written out, so that it belongs to no job alone: two are to read it, and neither takes it away. */
export function withSharedArgs(headers: Headers): Headers {
  const bucketId = ownArgsBucketOf(headers);
  return bucketId === undefined ? headers : { ...headers, [HEADER.argsBucket]: bucketId };
}

/** As a dead letter keeps them: replayed, it starts anew and does not expire. */
export function asDeadLetter(headers: Headers): Record<string, string> {
  const { [HEADER.ttl]: _ttl, ...rest } = withoutCounters(headers);
  return rest;
}
