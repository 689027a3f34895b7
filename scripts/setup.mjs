import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The TypeScript compiler, as a program of Node. */
export const COMPILER = join(ROOT, 'node_modules/@typescript/native/bin/tsc');

/**
 * Makes a clone ready to run: installs what the lock file names and compiles the given projects, where that is not
 * done already. Says what it does on stderr, since stdout belongs to the program that follows.
 *
 * @param {...string} projects folders with a tsconfig.json, from the root
 */
export function setUp(...projects) {
  withLock(join(ROOT, '.setup.lock'), () => {
    if (!isInstalled()) install();
    run('Compiling', process.execPath, [COMPILER, '-b', ...projects]);
  });
}

function isInstalled() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  return existsSync(installed) && modified(installed) >= modified(join(ROOT, 'package-lock.json'));
}

function modified(path) {
  return statSync(path).mtimeMs;
}

function install() {
  console.error('Installing dependencies ...');
  const quietly = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm) run('npm ci', process.execPath, [npm, ...quietly]);
  else run('npm ci', 'npm', quietly);
}

function run(what, command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`${what} failed${error ? `: ${error.message}` : ''}.`);
  process.exit(status ?? 1);
}
