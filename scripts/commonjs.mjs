import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { COMPILER, ROOT, setUp } from './setup.mjs';

/**
 * Compiles the package in the current folder to CommonJS, before it is packed. Node never loads this copy: `require` finds
 * the ES modules by the condition "module-sync", so a process has each package once. It is for tools that cannot require
 * ES modules, such as Jest.
 */

const PACKAGE = process.cwd();
const MARKER = join(PACKAGE, 'dist/commonjs/package.json');

setUp(PACKAGE);
withLock(join(ROOT, '.commonjs.lock'), () => {
  if (!isUpToDate()) compile();
});

/** Two tests may pack at the same time: files must not change while they are read. */
function isUpToDate() {
  return existsSync(MARKER) && statSync(MARKER).mtimeMs > statSync(join(PACKAGE, 'dist/.tsbuildinfo')).mtimeMs;
}

function compile() {
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.commonjs.json'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${PACKAGE} does not compile to CommonJS.`);
  const { name } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  writeFileSync(MARKER, `${JSON.stringify({ name: `${name}/commonjs`, private: true, type: 'commonjs' })}\n`);
}
