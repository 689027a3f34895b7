import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Gives the [Unreleased] section of CHANGELOG.md the version of the packages and today's date, and starts an empty one. */

const ROOT = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const CHANGELOG = join(ROOT, 'CHANGELOG.md');
const UNRELEASED = '## [Unreleased]\n';

const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8'));
const text = readFileSync(CHANGELOG, 'utf8');
if (text.includes(`## [${version}]`)) fail(`CHANGELOG.md has a section [${version}] already.`);
if (!text.includes(UNRELEASED)) fail('CHANGELOG.md has no section [Unreleased].');

const today = new Date().toISOString().slice(0, 10);
writeFileSync(CHANGELOG, text.replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${today}\n`));

function fail(problem) {
  console.error(problem);
  process.exit(1);
}
