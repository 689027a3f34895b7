import { spawnSync } from 'node:child_process';
import { install, isThere } from '../../../scripts/system-package.mjs';
import { assemble, readSources, scriptsIn } from './assemble-lua.mjs';

/**
 * Runs luacheck on every script as it is put together, and reports what it finds by source. What a script includes and does not use is
 * no problem, as long as another script uses it. Without luacheck it only warns. In CI it installs luacheck, and fails where it cannot.
 */

const ARGS = '- --config packages/redis/.luacheckrc --formatter plain --codes --no-color --ranges'.split(' ');
const UNUSED = /^\(W2/;
const FINDING = /^stdin:(\d+):[\d-]+: (.*)$/;

const canLint = isThere('luacheck') || (process.env.CI && install('lua-check', 'luacheck'));
if (!canLint) {
  console.warn('luacheck is not installed, so the Lua sources were not checked. Install it: apt-get install lua-check');
  if (process.env.CI) process.exitCode = 1;
} else {
  const sources = readSources();
  const scripts = scriptsIn(sources).map((name) => findingsIn(assemble(sources, name)));
  const findings = new Set(scripts.flatMap(({ found }) => [...found]).filter((finding) => isProblem(finding, scripts)));
  for (const finding of findings) console.error(finding);
  if (findings.size > 0) process.exitCode = 1;
}

/** The sources of a script, and what luacheck finds in them. */
function findingsIn(lines) {
  const input = lines.map(({ text }) => text).join('\n');
  const { stdout } = spawnSync('luacheck', ARGS, { input, encoding: 'utf8' });
  const found = stdout.split('\n').flatMap((line) => {
    const [, at, message] = FINDING.exec(line) ?? [];
    if (at === undefined) return [];
    const source = lines[at - 1];
    return [`packages/redis/lua/${source.name}.lua:${source.line}: ${message}`];
  });
  return { names: new Set(lines.map(({ name }) => name)), found: new Set(found) };
}

function isProblem(finding, scripts) {
  const [, name, message] = /^packages\/redis\/lua\/(.*)\.lua:\d+: (.*)$/.exec(finding);
  if (!UNUSED.test(message)) return true;
  return scripts.every(({ names, found }) => !names.has(name) || found.has(finding));
}
