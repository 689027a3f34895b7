import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FOLDER } from '../report/write.js';
import type { ResultsFile } from '../report/results-file.js';
import { TABLES } from './tables.js';

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

/** A generated part of the page, between two comments: `<!-- results: draining -->` and `<!-- end -->`. */
const GENERATED_PART = /<!-- results: ([a-z]+) -->\n[^]*?<!-- end -->/g;

/** Returns the page as it is, and filled with the newest results. */
export function readPage(): { readonly page: string; readonly filled: string } {
  const newest = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .at(-1);
  const page = readFileSync(PAGE, 'utf8');
  if (newest === undefined) throw new Error(`There are no results in ${FOLDER}. Write some by "npm run bench".`);
  const results = JSON.parse(readFileSync(FOLDER + newest, 'utf8')) as ResultsFile;
  return {
    page,
    filled: fill(page.replaceAll(/results\/\d{4}-\d\d-\d\d/g, `results/${newest.slice(0, 10)}`), results),
  };
}

/** Writes the newest results into the page. */
export function writePage(): void {
  writeFileSync(PAGE, readPage().filled);
}

/** @throws RangeError for an unknown part */
function fill(page: string, results: ResultsFile): string {
  return page.replaceAll(GENERATED_PART, (_, name: string) => {
    const table = TABLES[name];
    if (table === undefined)
      throw new RangeError(
        `docs/performance.md has a part "${name}" that is unknown. Known parts: ${Object.keys(TABLES).join(', ')}.`,
      );
    return `<!-- results: ${name} -->\n\n${table(results)}\n\n<!-- end -->`;
  });
}
