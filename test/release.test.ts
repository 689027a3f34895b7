import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './support/code-blocks.js';
import { LocalRegistry } from './support/local-registry.js';
import { run } from './support/packed.js';
import { ROOT, runProgram } from './support/program.js';

const PACKAGES = ['core', 'nestjs', 'redis'];

const COMPILER_OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
};

describe('A release, published to a local registry', () => {
  const registry = new LocalRegistry();
  let app: string;

  beforeAll(async () => {
    await registry.start();
    const env = { ...process.env, ...registry.envFor('@repid') };
    const changeset = join(ROOT, 'node_modules/@changesets/cli/bin.js');
    const registryOnly = { ...env, CI: '1', npm_config_registry: env['npm_config_@repid:registry'] };
    await run(process.execPath, [changeset, 'publish', '--no-git-tag'], { cwd: ROOT, env: registryOnly });
    app = makeApp();
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: app, env });
  }, 180_000);
  afterAll(async () => {
    rmSync(app, { recursive: true, force: true });
    await registry.stop();
  });

  it('has the three packages in one version, which depend on each other in exactly that', () => {
    const manifests = registry.manifests;
    expect(manifests.map(({ name }) => name).toSorted()).toEqual(PACKAGES.map((name) => `@repid/${name}`));
    const [version] = manifests.map((manifest) => manifest.version);
    for (const manifest of manifests) {
      const own = Object.entries(manifest.dependencies ?? {}).filter(([name]) => name.startsWith('@repid/'));
      expect(manifest).toMatchObject({ version, license: 'MIT', keywords: expect.arrayContaining(['job-queue']) });
      expect(own.map(([, range]) => range)).toEqual(own.map(() => version));
    }
  });

  it.each(PACKAGES)('installs @repid/%s with README and licence, and without tests', (name) => {
    const folder = join(app, 'node_modules/@repid', name);
    const files = readdirSync(folder, { recursive: true }).map(String);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', join('dist', 'index.js')]));
    expect(files.filter((file) => /\.test\.|\.tsbuildinfo$|\.map$/.test(file))).toEqual([]);
  });

  it.each(['core', 'nestjs'])("runs the example of @repid/%s's README", async (name) => {
    const [example] = codeBlocks(`packages/${name}/README.md`);
    const program = join(app, `${name}.mjs`);
    writeFileSync(program, ts.transpileModule(example?.code ?? '', { compilerOptions: COMPILER_OPTIONS }).outputText);
    expect(await runProgram(program, { cwd: app })).toEqual({
      code: 0,
      signal: null,
      stdout: 'Hello Alex!\n',
      stderr: '',
    });
  });

  it('imports every entry point', async () => {
    const entries = ['core', 'core/conformance', 'core/testing', 'nestjs', 'nestjs/testing', 'redis'];
    const imports = entries.map((entry) => `await import('@repid/${entry}');`);
    writeFileSync(join(app, 'imports.mjs'), `${imports.join('\n')}\nconsole.log('imported');`);
    expect(await runProgram(join(app, 'imports.mjs'), { cwd: app })).toMatchObject({ code: 0, stdout: 'imported\n' });
  });
});

/** Creates a folder with only a manifest, which lists the packages and their peer dependencies. */
function makeApp(): string {
  const folder = mkdtempSync(join(tmpdir(), 'repid-release-'));
  const names = ['@repid/core', '@repid/nestjs', '@repid/redis'];
  const peers = ['@nestjs/common', '@nestjs/core', '@nestjs/testing', 'class-transformer', 'class-validator'];
  const dependencies = Object.fromEntries([...names, ...peers, 'reflect-metadata', 'rxjs'].map((name) => [name, '*']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  return folder;
}
