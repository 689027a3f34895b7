import { expect, it } from 'vitest';
import { readPage } from '../bench/src/page/page.js';

it('has the newest results in docs/performance.md', () => {
  const { page, filled } = readPage();
  expect(page).toBe(filled);
});
