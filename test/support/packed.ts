import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Ended, ROOT, runProgram } from './program.js';

/** Runs any program to its end; rejects where that is not 0. */
export const run = promisify(execFile);

const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const PACKAGES = ['core', 'redis', 'nestjs'];

/** Packs the packages as they are published; answers the paths of their tarballs. */
export async function pack(folder: string): Promise<string[]> {
  const workspaces = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`]);
  await run('npm', ['pack', ...QUIETLY, ...workspaces, '--pack-destination', folder], { cwd: ROOT });
  return readdirSync(folder).flatMap((name) => (name.endsWith('.tgz') ? [join(folder, name)] : []));
}

/** Installs the tarballs into an app, with what their users add, and what else is named. */
export async function install(app: string, tarballs: readonly string[], ...more: string[]): Promise<void> {
  const packages = [...tarballs, 'class-transformer', 'class-validator', '@types/node@20', ...more];
  await run('npm', ['install', ...QUIETLY, ...packages], { cwd: app });
}

/** Compiles an app with our compiler. */
export function compile(app: string, ...args: string[]): Promise<Ended> {
  return runProgram(join(ROOT, 'node_modules/@typescript/native/bin/tsc'), { args, cwd: app });
}
