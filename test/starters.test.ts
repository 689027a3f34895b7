import { mkdtempSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './support/code-blocks.js';
import { install, makeStarter, pack, run } from './support/packed.js';
import { runProgram } from './support/program.js';

const PAGE = 'docs/getting-started.md';

interface Starter {
  readonly nest: number;
  readonly tests: string;
  /** Builder -> what it needs to be installed. */
  readonly builders: Readonly<Record<string, readonly string[]>>;
}

const SWC = ['@swc/cli', '@swc/core'];
const RSPACK = ['@rspack/core', 'webpack-node-externals', 'tsconfig-paths-webpack-plugin'];

/** They make one program, from src/main.ts. */
const BUNDLERS: ReadonlySet<string> = new Set(['webpack', 'rspack']);

const ALL: readonly Starter[] = [
  { nest: 12, tests: 'vitest', builders: { tsc: [], swc: SWC, rspack: RSPACK } },
  { nest: 11, tests: 'jest', builders: { tsc: [], swc: SWC, webpack: [] } },
];

/** Jest cannot require ES modules, so it is what a change of the packages is most likely to break. */
const SHORT: readonly Starter[] = [{ nest: 11, tests: 'jest', builders: { tsc: [] } }];

/** `npm run test:starters` tries all of them. */
const STARTERS = process.env.REPID_STARTERS === 'all' ? ALL : SHORT;

describe.each(STARTERS)(
  "docs/getting-started.md in Nest $nest's starter, with the packed packages",
  ({ nest, tests, builders }) => {
    let folder: string;
    let app: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'repid-starter-'));
      app = join(folder, 'starter');
      const [tarballs] = await Promise.all([pack(folder), makeStarter(folder, nest)]);
      writeFiles(app, nest > 11);
      await install(app, tarballs, ...Object.values(builders).flat());
    }, 300_000);
    afterAll(() => rm(folder, { recursive: true, force: true }), 120_000);

    it(`passes its tests, which ${tests} runs`, async () => {
      const { stdout, stderr } = await run('npm', ['test', '--silent'], {
        cwd: app,
        env: { ...process.env, NO_COLOR: '1' },
      });
      expect(stdout + stderr).toMatch(/^ *Tests:? +4 passed/m);
    }, 120_000);

    it.each(Object.keys(builders))(
      'runs the demo after nest build with %s',
      async (builder) => {
        await rm(join(app, 'dist'), { recursive: true, force: true });
        const program = BUNDLERS.has(builder) ? 'main' : 'demo';
        if (program === 'main') await copyFile(join(app, 'src/demo.ts'), join(app, 'src/main.ts'));
        await run('npx', ['--no-install', 'nest', 'build', '--builder', builder], { cwd: app });
        const ran = await runProgram(`dist/${program}.js`, { cwd: app });
        expect(ran).toEqual({ code: 0, signal: null, stdout: 'Welcome, alex@example.org!\n', stderr: '' });
      },
      120_000,
    );
  },
);

/** The page is for ES modules, whose imports name files. In a CommonJS starter they name modules. */
function writeFiles(app: string, isEsm: boolean): void {
  for (const { path, code } of codeBlocks(PAGE)) {
    if (path) writeFileSync(join(app, path), isEsm ? code : code.replaceAll(/'(\.\/[\w.]+)\.js'/g, "'$1'"));
  }
}
