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
 * a function is local to that function, so nothing after the function may ask for the file: it would have its locals twice. Only
 * snippets are included each time.
 *
 * @param known the files that can be used here
 * @param included the files that were included anywhere
 */
export function assemble(sources, name, known = new Set(), included = new Set()) {
  if (!name.startsWith('lib/inline/')) {
    if (known.has(name)) return [];
    if (included.has(name)) throw new Error(`lua/${name}.lua is included inside a function, and asked for after it.`);
    known.add(name);
    included.add(name);
  }
  const text = sources.get(name);
  if (text === undefined) throw new Error(`There is no lua/${name}.lua, which an @include asks for.`);
  let knownInside;
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line, n) => {
      const [, indent, part] = INCLUDE.exec(line) ?? [];
      const own = { text: line, name, line: n + 1, isInclude: part !== undefined };
      if (!part) return [own];
      if (indent) knownInside ??= new Set(known);
      return [own, ...assemble(sources, part, indent ? knownInside : known, included)];
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
