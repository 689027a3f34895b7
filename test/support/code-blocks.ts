import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

/** A block of TypeScript in a Markdown file. */
export interface CodeBlock {
  readonly file: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** Marked with "ts fragment": shows a part of a program, which does not stand alone. */
  readonly isFragment: boolean;
}

const BLOCK = /^```ts( fragment)?\n(.*?)^```$/gms;

/** The blocks that are marked as "ts", in their order; `file` is a path from the root. */
export function codeBlocks(file: string): CodeBlock[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ index, 1: fragment, 2: code = '' }) => ({
    file,
    line: text.slice(0, index).split('\n').length + 1,
    code,
    isFragment: fragment !== undefined,
  }));
}
