import { install, isThere, succeeds } from './system-package.mjs';

const MISSING =
  'No redis-server found and it cannot be installed here: install it with "apt-get install redis-server" ' +
  "(or your system's package)";

/** Sees to it that the tests have a `redis-server` to start, or a server at REDIS_URL; otherwise ends with one line. */
export function ensureRedisServer() {
  if (!process.env.REDIS_URL) ensureOwnRedisServer(', or set REDIS_URL');
}

/** The same for what needs a server of its own. */
export function ensureOwnRedisServer(otherwise = '') {
  if (isThere('redis-server') || installServer()) return;
  console.error(`${MISSING}${otherwise}.`);
  process.exit(1);
}

function installServer() {
  if (!install('redis-server', 'redis-server')) return false;
  // The package may start a service; the tests bring their own servers and leave nothing running.
  succeeds('service', ['redis-server', 'stop']);
  return true;
}
