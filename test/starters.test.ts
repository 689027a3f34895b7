import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, pack, run } from './support/packed.js';
import { ROOT, runProgram } from './support/program.js';

const SOURCES = join(ROOT, 'test/starters');

interface Starter {
  readonly nest: number;
  readonly tests: string;
  /** Builder -> what it needs to be installed. */
  readonly builders: Readonly<Record<string, readonly string[]>>;
}

const SWC = ['@swc/cli', '@swc/core'];
const RSPACK = ['@rspack/core', 'webpack-node-externals', 'tsconfig-paths-webpack-plugin'];

const ALL: readonly Starter[] = [
  { nest: 12, tests: 'vitest', builders: { tsc: [], swc: SWC, rspack: RSPACK } },
  { nest: 11, tests: 'jest', builders: { tsc: [], swc: SWC, webpack: [] } },
];

/** Jest cannot require ES modules, so it is what a change of the packages is most likely to break. */
const SHORT: readonly Starter[] = [{ nest: 11, tests: 'jest', builders: { tsc: [] } }];

/** `npm run test:starters` tries all of them. */
const STARTERS = process.env.REPID_STARTERS === 'all' ? ALL : SHORT;

describe.each(STARTERS)("Nest $nest's starter as generated, with the packed packages", ({ nest, tests, builders }) => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'repid-starter-'));
    app = join(folder, 'starter');
    const [tarballs] = await Promise.all([pack(folder), makeStarter(folder, nest)]);
    copySources(app, nest > 11);
    await install(app, tarballs, ...Object.values(builders).flat());
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }), 120_000);

  it(`passes its tests, which ${tests} runs`, async () => {
    const { stdout, stderr } = await run('npm', ['test', '--silent'], {
      cwd: app,
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(stdout + stderr).toMatch(/^ *Tests:? +3 passed/m);
  }, 120_000);

  it.each(Object.keys(builders))(
    'runs a chain after nest build with %s',
    async (builder) => {
      await rm(join(app, 'dist'), { recursive: true, force: true });
      await run('npx', ['--no-install', 'nest', 'build', '--builder', builder], { cwd: app });
      const ran = await runProgram('dist/main.js', { cwd: app });
      expect(ran).toEqual({ code: 0, signal: null, stdout: 'Welcome, alex@example.org!\n', stderr: '' });
    },
    120_000,
  );
});

async function makeStarter(folder: string, nest: number): Promise<void> {
  const options = ['--skip-install', '--skip-git', '--package-manager', 'npm', ...(nest > 11 ? ['--no-observe'] : [])];
  await run('npx', ['--yes', `@nestjs/cli@${nest}`, 'new', 'starter', ...options], { cwd: folder });
}

/** The sources are ES modules, so their imports name files. In a CommonJS starter they name modules. */
function copySources(app: string, isEsm: boolean): void {
  for (const name of readdirSync(SOURCES)) {
    const target = join(app, 'src', name);
    cpSync(join(SOURCES, name), target);
    if (!isEsm) writeFileSync(target, readFileSync(target, 'utf8').replaceAll(/'(\.\/[\w.]+)\.js'/g, "'$1'"));
  }
}
