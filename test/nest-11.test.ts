import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './support/code-blocks.js';
import { compile, install, pack } from './support/packed.js';
import { ROOT, runProgram } from './support/program.js';

const NEST = ['common', 'core', 'testing'].map((name) => `@nestjs/${name}@11`);
const OPTIONS = '--module nodenext --target es2023 --types node --strict --skipLibCheck';
const DECORATORS = '--experimentalDecorators --emitDecoratorMetadata';

describe('An app on Nest 11 with the packed packages', () => {
  let app: string;

  beforeAll(async () => {
    app = mkdtempSync(join(tmpdir(), 'repid-nest-11-'));
    const [example] = codeBlocks('README.md');
    writeFileSync(join(app, 'package.json'), '{ "private": true }');
    writeFileSync(join(app, 'readme.mts'), example?.code ?? '');
    copyFileSync(join(ROOT, 'test/nest-11/enhancers.cts'), join(app, 'enhancers.cts'));
    await install(app, await pack(app), ...NEST, 'reflect-metadata', 'rxjs');
  }, 120_000);
  afterAll(() => rmSync(app, { recursive: true, force: true }));

  it('uses Nest 11 and compiles', async () => {
    const { version } = JSON.parse(readFileSync(join(app, 'node_modules/@nestjs/core/package.json'), 'utf8'));
    expect(version).toMatch(/^11\./);
    const compiled = await compile(app, ...`${OPTIONS} ${DECORATORS}`.split(' '), 'readme.mts', 'enhancers.cts');
    expect(compiled).toMatchObject({ code: 0, stdout: '' });
  });

  it("runs the README's first example", async () => {
    const ran = await runProgram('readme.mjs', { cwd: app });
    expect(ran).toEqual({ code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' });
  });

  it('runs guards and pipes, and does not mix up the parameters of two classes with the same name', async () => {
    const { code, stdout } = await runProgram('enhancers.cjs', { cwd: app });
    expect(stdout.split('\n')).toEqual([
      'by post to ALEX',
      'HELLO for blue on electronic',
      expect.stringContaining('A guard refused "Mail.send"'),
      '',
    ]);
    expect(code).toBe(0);
  });
});
