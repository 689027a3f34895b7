import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ResultsFile } from './results-file.js';

/** Where results lie. */
export const FOLDER = fileURLToPath(new URL('../../results/', import.meta.url));

/** Writes the results, and their chart where there is one, under the day's date; answers where. */
export function writeResults(date: string, results: ResultsFile, chart?: string): string {
  mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}${date.slice(0, 10)}`;
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 2)}\n`);
  if (chart !== undefined) writeFileSync(`${path}.svg`, chart);
  return `${path}.json`;
}
