import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newestResults } from '../report/results.js';
import { TABLES } from './tables.js';

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

/** The generated parts: between `<!-- results: draining -->` and `<!-- end -->`. */
const GENERATED = /<!-- results: ([a-z]+) -->\n[^]*?<!-- end -->/g;

/** Returns the page as it is, and as it must be with the newest results. */
export function readPage(): { readonly page: string; readonly filled: string } {
  const page = readFileSync(PAGE, 'utf8');
  const { name: newest, results } = newestResults();
  const linked = page.replaceAll(/results\/\d{4}-\d\d-\d\d/g, `results/${newest}`);
  const filled = linked.replaceAll(GENERATED, (_, name: string) => {
    const table = TABLES[name];
    if (table === undefined) throw new RangeError(`There are no results "${name}" for docs/performance.md.`);
    return `<!-- results: ${name} -->\n\n${table(results)}\n\n<!-- end -->`;
  });
  return { page, filled };
}

/** Puts the newest results into the page. */
export function writePage(): void {
  writeFileSync(PAGE, readPage().filled);
}
