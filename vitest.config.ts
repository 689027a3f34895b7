import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  // Tests run on the sources, so that no build stands between a change and its test.
  resolve: {
    alias: [
      { find: '@repid/core/conformance', replacement: source('core/src/conformance/index.ts') },
      { find: '@repid/core/internal', replacement: source('core/src/internal.ts') },
      { find: '@repid/core/testing', replacement: source('core/src/testing/index.ts') },
      { find: '@repid/nestjs/testing', replacement: source('nestjs/src/testing/index.ts') },
      { find: '@repid/core', replacement: source('core/src/index.ts') },
      { find: '@repid/redis', replacement: source('redis/src/index.ts') },
      { find: '@repid/nestjs', replacement: source('nestjs/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
