import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

/** Packs every package as it would be published, and uses what came out as its users do. */

const PACKAGES = ['core', 'redis', 'nestjs'];

const COMMON_JS_PROGRAM = `
require('reflect-metadata');
const assert = require('node:assert');
const { RetryLater } = require('@repid/core');
const { RedisMessageBroker } = require('@repid/redis');
const { RepidModule } = require('@repid/nestjs');
const { drain } = require('@repid/nestjs/testing');

assert.equal(new RetryLater('5s').code, 'REPID_RETRY_LATER');
assert.equal(typeof new RedisMessageBroker('redis://127.0.0.1:6379').publish, 'function');
assert.equal(RepidModule.forRoot().module, RepidModule);
assert.equal(typeof drain, 'function');
import('@repid/nestjs').then((imported) => assert.equal(imported.RepidModule, RepidModule, 'There are two copies.'));
`;

const folder = mkdtempSync(join(tmpdir(), 'repid-packages-'));
try {
  const tarballs = pack();
  for (const tarball of tarballs) checkShape(tarball);
  requireFromCommonJs(tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  const workspaces = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`]);
  npm(['pack', ...workspaces, '--pack-destination', folder], ROOT);
  return readdirSync(folder).map((tarball) => join(folder, tarball));
}

// Resolution by "node10" knows no exports.
function checkShape(tarball) {
  run('node_modules/publint/src/cli.js', tarball, '--strict');
  run(
    'node_modules/@arethetypeswrong/cli/dist/index.js',
    tarball,
    '--profile',
    'node16',
    '--format',
    'ascii',
    '--no-summary',
  );
}

function requireFromCommonJs(tarballs) {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const peers = ['@nestjs/common', '@nestjs/core', 'class-transformer', 'class-validator', 'reflect-metadata', 'rxjs'];
  const dependencies = Object.fromEntries(peers.map((peer) => [peer, devDependencies[peer]]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(folder, 'main.cjs'), COMMON_JS_PROGRAM);
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], folder);
  execFileSync(process.execPath, ['main.cjs'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log('A CommonJS program requires all packages and uses them.');
}

function run(program, ...args) {
  execFileSync(process.execPath, [join(ROOT, program), ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function npm(args, cwd) {
  execFileSync('npm', [...args, '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
