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
