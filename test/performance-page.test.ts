import { expect, it } from 'vitest';
import { readPage } from '../bench/src/page/page.js';

it('tells of performance what the newest results say', () => {
  const { page, filled } = readPage();
  expect(page).toBe(filled);
});
