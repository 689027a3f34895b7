import { spawnSync } from 'node:child_process';

/** True where the command can be run. */
export function isThere(command) {
  return succeeds(command, ['--version']);
}

/** Installs a Debian package, as root on a system with apt-get. Returns true if its command can be run afterwards. */
export function install(name, command) {
  if (process.getuid?.() !== 0 || !isThere('apt-get')) return false;
  console.error(`Installing ${name} ...`);
  if (!succeeds('apt-get', ['update', '-q'])) return false;
  return succeeds('apt-get', ['install', '-y', '-q', '--no-install-recommends', name]) && isThere(command);
}

export function succeeds(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: 'ignore', env }).status === 0;
}
