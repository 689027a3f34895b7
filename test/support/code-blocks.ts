import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

/** A TypeScript block in a Markdown file. */
export interface CodeBlock {
  readonly file: string;
  /** Number of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** True for a block marked "ts fragment", and for one of several files: it does not compile alone. */
  readonly isFragment: boolean;
  /** The path of the file that the block shows, if it is marked with one: "ts src/mail.ts". */
  readonly path?: string;
}

const BLOCK = /^```ts(?: (fragment|\S+\.ts))?\n(.*?)^```$/gms;

/** Returns the blocks marked "ts" in order. @param file path relative to the repository root */
export function codeBlocks(file: string): CodeBlock[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ index, 1: mark, 2: code = '' }) => ({
    file,
    line: text.slice(0, index).split('\n').length + 1,
    code,
    isFragment: mark !== undefined,
    path: mark === 'fragment' ? undefined : mark,
  }));
}
