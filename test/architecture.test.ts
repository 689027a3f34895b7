import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './support/program.js';

/** If a path that a page names may start. */
const STARTS = [
  '',
  'packages/core/src',
  'packages/core/src/worker',
  'packages/core/src/message',
  'packages/redis',
  'packages/nestjs',
  'packages/nestjs/src',
  'packages/redis/lua/commands',
  'packages/redis/lua/fast',
];

it.each(['ARCHITECTURE.md', 'docs/performance-notes.md'])('names files in %s that exist', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const paths = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.(?:ts|lua|md))`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !STARTS.some((start) => existsSync(join(ROOT, start, path))))).toEqual([]);
});
