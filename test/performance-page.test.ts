import { expect, it } from 'vitest';
import { readPage } from '../bench/src/page/page.js';

it('contains the newest results', () => {
  const { page, filled } = readPage();
  expect(page).toBe(filled);
});
