import { spawnSync } from 'node:child_process';

const MISSING =
  'No redis-server found and it cannot be installed here: install it with "apt-get install redis-server" ' +
  "(or your system's package)";

/** Sees to it that the tests have a `redis-server` to start, or a server at REDIS_URL; otherwise ends with one line. */
export function ensureRedisServer() {
  if (!process.env.REDIS_URL) ensureOwnRedisServer(', or set REDIS_URL');
}

/** The same for what needs a server of its own. */
export function ensureOwnRedisServer(otherwise = '') {
  if (isThere() || (mayInstall() && install())) return;
  console.error(`${MISSING}${otherwise}.`);
  process.exit(1);
}

function isThere() {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

function mayInstall() {
  return process.getuid?.() === 0 && succeeds('apt-get', ['--version']);
}

function install() {
  console.error('Installing redis-server ...');
  if (!succeeds('apt-get', ['update', '-q'])) return false;
  if (!succeeds('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'redis-server'])) return false;
  // The package may start a service; the tests bring their own servers and leave nothing running.
  succeeds('service', ['redis-server', 'stop']);
  return isThere();
}

function succeeds(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: 'ignore', env }).status === 0;
}
