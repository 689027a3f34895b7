import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Ended, ROOT, runProgram } from './program.js';

/** Runs a program. Rejects if its exit code is not 0. */
export const run = promisify(execFile);

const NPM_FLAGS = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const PACKAGES = ['core', 'redis', 'nestjs'];

/** Packs the packages as for publishing. Returns the paths of their tarballs. */
export async function pack(folder: string): Promise<string[]> {
  const workspaces = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`]);
  await run('npm', ['pack', ...NPM_FLAGS, ...workspaces, '--pack-destination', folder], { cwd: ROOT });
  return readdirSync(folder).flatMap((name) => (name.endsWith('.tgz') ? [join(folder, name)] : []));
}

/** Installs the tarballs into an app, with the usual peer dependencies and `more`. */
export async function install(app: string, tarballs: readonly string[], ...more: string[]): Promise<void> {
  const packages = [...tarballs, 'class-transformer', 'class-validator', '@types/node@20', ...more];
  await run('npm', ['install', '--ignore-scripts', ...NPM_FLAGS, ...packages], { cwd: app });
}

/** Compiles an app with the repository's compiler. */
export function compile(app: string, ...args: string[]): Promise<Ended> {
  return runProgram(join(ROOT, 'node_modules/@typescript/native/bin/tsc'), { args, cwd: app });
}

/** Creates an app with Nest's starter of this major version, in the folder `starter`. Installs nothing. */
export async function makeStarter(folder: string, nest: number): Promise<void> {
  const isOwn = nest === 12; // The repository has its command line.
  const program = isOwn ? [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js')] : ['--yes', `@nestjs/cli@${nest}`];
  const options = ['--skip-install', '--skip-git', '--package-manager', 'npm', ...(isOwn ? ['--no-observe'] : [])];
  await run(isOwn ? process.execPath : 'npx', [...program, 'new', 'starter', ...options], { cwd: folder });
}
