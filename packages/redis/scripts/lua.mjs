import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { CONSTANTS, GENERATED, generate } from './assemble-lua.mjs';

/** Writes the generated module of Lua scripts. With `--check`, only says whether it is up to date. */

const isCheck = process.argv.includes('--check');
// Errors are left to the type check: the module that is generated here may be what is missing.
if (!isCheck) spawnSync('node_modules/@typescript/native/bin/tsc', ['-b', 'packages/redis'], { stdio: 'ignore' });

const { LUA_CONSTANTS } = await import(CONSTANTS);
const text = generate(LUA_CONSTANTS);
if (!isCheck) writeFileSync(GENERATED, text);
else if (readFileSync(GENERATED, 'utf8') !== text) {
  console.error('packages/redis/src/commands/scripts.generated.ts differs from packages/redis/lua. Run "npm run lua".');
  process.exitCode = 1;
}
