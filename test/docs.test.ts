import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeBlocks, type CodeBlock } from './support/code-blocks.js';
import { brokenLinks } from './support/links.js';
import { ROOT, runProgram } from './support/program.js';

// Inside the repository, so that imports resolve as in an app.
const FOLDER = join(ROOT, 'test/.tmp/docs');
const COMPILER = 'node_modules/@typescript/native/bin/tsc';

const CONFIG = {
  extends: '../../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    noUnusedLocals: false,
    noEmit: true,
    moduleDetection: 'force',
  },
};

const pages = [...markdownIn('.', 1), ...markdownIn('docs'), ...markdownIn('packages', 2), ...markdownIn('bench', 1)];
const blocks = pages.flatMap(codeBlocks);
const programs = blocks.filter(({ isFragment }) => !isFragment);
const fragments = blocks.filter(({ isFragment }) => isFragment);

describe('Every page', () => {
  it('links to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });
});

describe('The code in README.md and docs', () => {
  beforeEach(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  });
  afterEach(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('exists', () => expect(programs).not.toEqual([]));

  it('has no type errors', async () => {
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(CONFIG));
    for (const block of programs) writeFileSync(join(FOLDER, fileName(block)), block.code);
    const { stdout, code } = await runProgram(COMPILER, { args: ['-p', FOLDER, '--pretty', 'false'] });
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  it('has no syntax errors in its fragments', () => {
    expect(fragments.flatMap(syntaxErrors)).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  it('lists every error with its code', () => {
    const listed = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    const codes = sources().flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/ code = '(REPID_\w+)'/g)]);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.map(([, code]) => code).filter((code) => !listed.includes(`\`${code}\``))).toEqual([]);
  });
});

function sources(): string[] {
  return ts.sys.readDirectory(join(ROOT, 'packages'), ['.ts'], ['**/dist', '**/node_modules', '**/*.test.ts']);
}

/** Markdown files in a folder, as paths from the root. */
function markdownIn(folder: string, depth?: number): string[] {
  const found = ts.sys.readDirectory(join(ROOT, folder), ['.md'], ['**/node_modules'], undefined, depth);
  return found.map((path) => path.slice(ROOT.length));
}

/** Contains the position of the block, because compiler messages show the file name. */
function fileName({ file, line }: CodeBlock): string {
  return `${file.replaceAll('/', '-')}-line-${line}.ts`;
}

function syntaxErrors(block: CodeBlock): string[] {
  const { diagnostics = [] } = ts.transpileModule(block.code, { reportDiagnostics: true });
  return diagnostics.map(
    ({ messageText }) => `${fileName(block)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}
