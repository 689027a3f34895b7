import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './support/code-blocks.js';
import { ROOT, runProgram } from './support/program.js';

const run = promisify(execFile);
const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const PACKAGES = ['core', 'redis', 'nestjs'];

describe("An app made by Nest's own starter, with the packages as they are published", () => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'repid-starter-'));
    app = join(folder, 'starter');
    const [tarballs] = await Promise.all([pack(folder), makeStarter(folder)]);
    leaveOutDevelopersTools(app);
    await run('npm', ['install', ...QUIETLY, ...tarballs, 'class-transformer', 'class-validator', '@types/node@20'], {
      cwd: app,
    });
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs the README's first example as it stands there", async () => {
    const [example] = codeBlocks('README.md');
    expect(example?.code).toContain('@Actor()');
    writeFileSync(join(app, 'src/main.ts'), example?.code ?? '');

    const compiler = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
    const compiled = await runProgram(compiler, { args: ['-p', 'tsconfig.build.json', '--types', 'node'], cwd: app });
    expect(compiled).toMatchObject({ code: 0, stdout: '' });

    const ran = await runProgram('dist/main.js', { cwd: app });
    expect(ran).toEqual({ code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' });
  });
});

async function pack(folder: string): Promise<string[]> {
  const workspaces = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`]);
  await run('npm', ['pack', ...QUIETLY, ...workspaces, '--pack-destination', folder], { cwd: ROOT });
  return readdirSync(folder).flatMap((name) => (name.endsWith('.tgz') ? [join(folder, name)] : []));
}

async function makeStarter(folder: string): Promise<void> {
  const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const options = ['--skip-install', '--skip-git', '--skip-tests', '--package-manager', 'npm', '--no-observe'];
  await run(process.execPath, [nest, 'new', 'starter', ...options], { cwd: folder });
}

/** They are many, and this test compiles with ours. */
function leaveOutDevelopersTools(app: string): void {
  const path = join(app, 'package.json');
  const { devDependencies, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(rest));
}
