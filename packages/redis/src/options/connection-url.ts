import type { RedisOptions } from 'ioredis';
import { databaseOf, refuseConnection } from './connection-options.js';

/** The parameters of a URL. */
const PARAMETERS = ['db', 'family', 'username', 'password'];

const REMEDIES: Readonly<Record<string, string>> = {
  keyPrefix: 'Give the broker the option "prefix" instead.',
  prefix: 'Give the broker the option "prefix" instead.',
  tls: 'Write "rediss://" for TLS.',
  ssl: 'Write "rediss://" for TLS.',
};

const HOST_AND_PORT = /^[\w.-]+(?::\d+)?$/;

/**
 * Reads a URL (`redis://` or `rediss://`), or the path of a Unix socket. No part of it is ignored.
 *
 * @throws InvalidOptionError that names what is wrong, and never the user name or the password
 */
export function optionsFromUrl(text: string): RedisOptions {
  if (text.trim() === '') return refuseConnection('is empty', 'Set it: is a variable of the environment missing?');
  if (/^\/(?!\/)/.test(text)) return { path: text };
  const url = parse(text);
  const options = { ...hostOf(url), ...userOf(url), ...parametersOf(url) };
  const path = url.pathname.slice(1);
  return { ...options, db: databaseOf(path || options.db), ...(url.protocol === 'rediss:' && { tls: {} }) };
}

function parse(text: string): URL {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const shown = HOST_AND_PORT.test(text) ? `"${text}", which` : 'text that';
    return refuseConnection(`is ${shown} has no scheme`, 'Write it as "redis://host:6379", or "rediss://" for TLS.');
  }
  if (scheme !== 'redis' && scheme !== 'rediss')
    return refuseConnection(`has the scheme "${scheme}"`, 'Expected "redis://", or "rediss://" for TLS.');
  if (text.includes('#')) return refuseConnection('has a "#" in its URL', ENCODE);
  try {
    return new URL(text);
  } catch {
    return refuseConnection('is no URL that can be read', ENCODE);
  }
}

const ENCODE =
  'Write it as "redis://user:password@host:6379/0"; encode what is special in the user name and password with encodeURIComponent().';

function hostOf({ hostname, port }: URL): Pick<RedisOptions, 'host' | 'port'> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === '') return refuseConnection('names no host', 'Write it as "redis://host:6379".');
  return { host, ...(port !== '' && { port: Number(port) }) };
}

function userOf({ username, password }: URL): Pick<RedisOptions, 'username' | 'password'> {
  try {
    return {
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(username + password !== '' && { password: decodeURIComponent(password) }),
    };
  } catch {
    return refuseConnection('has a "%" in its user name or password that begins no escape', 'Write it as "%25".');
  }
}

function parametersOf({ searchParams }: URL): RedisOptions {
  const given = Object.fromEntries(searchParams);
  for (const name of Object.keys(given)) {
    if (PARAMETERS.includes(name)) continue;
    const remedy = REMEDIES[name] ?? 'Give options of ioredis as an object in place of the URL.';
    refuseConnection(`has the parameter "${name}", which is not known (known: ${PARAMETERS.join(', ')})`, remedy);
  }
  const { family, ...rest } = given;
  if (family === undefined) return rest as RedisOptions;
  if (!['0', '4', '6'].includes(family))
    return refuseConnection(`has the family "${family}"`, 'Expected 4, 6, or 0 for either.');
  return { ...rest, family: Number(family) } as RedisOptions;
}
