import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Puts the Lua scripts together from their sources: see lua/README.md. */

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');
const INCLUDE = /^(\s*)--- @include (\S+)$/;
const PLACEHOLDER = /\bTS\.(\w+)/g;

/** The generated module, and the compiled module that says what the placeholders stand for. */
export const GENERATED = join(PACKAGE, 'src/commands/scripts.generated.ts');
export const CONSTANTS = join(PACKAGE, 'dist/commands/lua-constants.js');

/** The sources by name, e.g. `lib/keys`. */
export function readSources() {
  const paths = readdirSync(join(PACKAGE, 'lua'), { recursive: true }).filter((path) => path.endsWith('.lua'));
  return new Map(paths.toSorted().map((path) => [path.slice(0, -4), readFileSync(join(PACKAGE, 'lua', path), 'utf8')]));
}

/** The sources that are scripts. Others are only included. */
export function scriptsIn(sources) {
  return [...sources.keys()].filter((name) => /^(?:commands|fast)\//.test(name));
}

/**
 * The lines of a script, each with the place it comes from. A file is included once: where it is first asked for. An include inside
 * a function is local to that function.
 */
export function assemble(sources, name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = sources.get(name);
  if (text === undefined) throw new Error(`There is no lua/${name}.lua, which an @include asks for.`);
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line, n) => {
      const [, indent, included] = INCLUDE.exec(line) ?? [];
      const own = { text: line, name, line: n + 1, isInclude: included !== undefined };
      return included ? [own, ...assemble(sources, included, indent ? new Set(seen) : seen)] : [own];
    });
}

/** The text of the generated module. It holds the lines of each source once, without comments. */
export function generate(constants) {
  const sources = readSources();
  const used = new Set();
  const fill = (text) =>
    text.replace(PLACEHOLDER, (_, name) => {
      if (!(name in constants)) throw new Error(`TS.${name} is not in src/commands/lua-constants.ts.`);
      used.add(name);
      return literal(constants[name]);
    });
  const fragments = new Map();
  const scripts = scriptsIn(sources).map((name) => {
    const places = fragmentsOf(assemble(sources, name)).map((lines) => placeOf(fragments, fill(lines)));
    return `${camelCase(basename(name))}: script(${places.join(', ')})`;
  });
  const unused = Object.keys(constants).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`No Lua source uses ${unused.join(', ')} of src/commands/lua-constants.ts.`);
  return `// Made of packages/redis/lua by "npm run lua". Do not edit.
import { Script } from './script.js';

const FRAGMENTS = ${JSON.stringify([...fragments.keys()])};

function script(...places: number[]): Script {
  return new Script(places.map((place) => FRAGMENTS[place]!));
}

export const scripts = { ${scripts.join(', ')} };
`;
}

/** The lines of each source between its includes, without comments, blank lines and indentation. */
function fragmentsOf(lines) {
  const fragments = [];
  let source;
  for (const { text, name, isInclude } of lines) {
    const code = text.trim();
    if (isInclude) source = undefined;
    if (code === '' || code.startsWith('--')) continue;
    const before = source === name ? fragments.pop() : '';
    fragments.push(`${before}${code}\n`);
    source = name;
  }
  return fragments;
}

function placeOf(fragments, text) {
  if (!fragments.has(text)) fragments.set(text, fragments.size);
  return fragments.get(text);
}

function literal(value) {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return value.lua;
  return /['\\\n]/.test(value) ? `[==[${value}]==]` : `'${value}'`;
}

function camelCase(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}
