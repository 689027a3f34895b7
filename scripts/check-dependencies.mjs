import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Lists what users of the packages install, and fails on a licence that is not permissive or a known vulnerability. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['packages/core', 'packages/redis', 'packages/nestjs'];
const PERMISSIVE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0']);
const BLOCKING = ['high', 'critical'];

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
checkLicences();
checkVulnerabilities();

function checkLicences() {
  const found = [...installed()].filter((path) => path.includes('node_modules/')).toSorted();
  for (const path of found) console.log(`${nameOf(path)} ${packages[path].version}: ${licenceOf(path)}`);
  const refused = found.filter((path) => !isPermissive(licenceOf(path)));
  if (refused.length > 0) fail(`Not a permissive licence: ${refused.map(nameOf).join(', ')}.`);
}

/** The paths in the lock file of the packages, their peers, and everything that these depend on. */
function installed() {
  const seen = new Set(PACKAGES);
  for (const path of seen) {
    const { dependencies, peerDependencies } = packages[path];
    const peers = PACKAGES.includes(path) ? peerDependencies : {};
    for (const name of Object.keys({ ...dependencies, ...peers })) {
      const found = resolve(path, name);
      if (found) seen.add(found);
    }
  }
  return seen;
}

/** As Node finds a package: in the folder itself, then in each folder above. */
function resolve(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder}${folder && '/'}node_modules/${name}`;
    if (packages[path]) return packages[path].link ? packages[path].resolved : path;
    if (folder === '') return undefined;
  }
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function licenceOf(path) {
  return packages[path].license ?? 'unknown';
}

/** `(MIT OR GPL-3.0)` leaves the choice; anything else that is not in the list has to be looked at. */
function isPermissive(licence) {
  const choices = licence.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => PERMISSIVE.has(choice));
}

function checkVulnerabilities() {
  const workspaces = PACKAGES.flatMap((path) => ['--workspace', path]);
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', ...workspaces], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const counts = JSON.parse(stdout || '{}').metadata?.vulnerabilities;
  if (!counts) return console.log('The registry offers no audit: known vulnerabilities were not checked.');
  console.log(`Known vulnerabilities: ${JSON.stringify(counts)}`);
  if (BLOCKING.some((severity) => counts[severity] > 0)) fail('Run "npm audit --omit=dev" for the list.');
}

function fail(problem) {
  console.error(problem);
  process.exit(1);
}
