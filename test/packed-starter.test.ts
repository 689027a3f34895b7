import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './support/code-blocks.js';
import { compile, install, makeStarter, pack } from './support/packed.js';
import { runProgram } from './support/program.js';

describe("An app created with Nest's starter and the packed packages", () => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'repid-starter-'));
    app = join(folder, 'starter');
    const [tarballs] = await Promise.all([pack(folder), makeStarter(folder, 12)]);
    removeDevDependencies(app);
    await install(app, tarballs);
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs the README's first example unchanged", async () => {
    const [example] = codeBlocks('README.md');
    expect(example?.code).toContain('@Actor()');
    writeFileSync(join(app, 'src/main.ts'), example?.code ?? '');

    expect(await compile(app, '-p', 'tsconfig.build.json', '--types', 'node')).toMatchObject({ code: 0, stdout: '' });

    const ran = await runProgram('dist/main.js', { cwd: app });
    expect(ran).toEqual({ code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' });
  });
});

/** They would take long to install, and this test uses the repository's compiler. */
function removeDevDependencies(app: string): void {
  const path = join(app, 'package.json');
  const { devDependencies, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(rest));
}
