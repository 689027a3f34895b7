import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GENERATED, assemble, generate, readSources, scriptsIn } from '../../scripts/assemble-lua.mjs';
import { FAST_PATHS } from './fast-paths.js';
import { LUA_CONSTANTS } from './lua-constants.js';

describe('The Lua scripts', () => {
  const sources = readSources();

  it('are up to date with their sources ("npm run lua" writes them)', () => {
    expect(readFileSync(GENERATED, 'utf8')).toBe(generate(LUA_CONSTANTS));
  });

  it('include every source file', () => {
    const included = new Set(scriptsIn(sources).flatMap((name) => assemble(sources, name).map((line) => line.name)));
    expect([...sources.keys()].filter((name) => !included.has(name))).toEqual([]);
  });

  it.each(scriptsIn(sources))('document the arguments and reply of %s, and its keys unless lib/keys does', (name) => {
    const hasUsualKeys = assemble(sources, name).some((line) => line.name === 'lib/keys');
    const keys = hasUsualKeys ? '' : '[^]*^-- KEYS';
    expect(sources.get(name)).toMatch(new RegExp(`^-- ${name.replace(/^.*\//, '')}: .*\n${keys}[^]*^-- Returns `, 'm'));
  });

  it('have a name for each fast path', () => {
    const names = scriptsIn(sources).filter((name) => name.startsWith('fast/'));
    expect(names).toEqual(FAST_PATHS.map((name) => `fast/${name}`).toSorted());
  });

  it('refuse an unknown placeholder, and an unused constant', () => {
    const { jobs: _, ...missing } = LUA_CONSTANTS;
    expect(() => generate(missing)).toThrow('TS.jobs is not in');
    expect(() => generate({ ...LUA_CONSTANTS, spare: 1 })).toThrow('uses spare');
  });

  it('include a file once, a snippet each time, and in a function what is not included before', () => {
    const parts = ['lib/b', 'lib/b', 'lib/inline/s', 'lib/inline/s'].map((name) => `--- @include ${name}`);
    const inside = ['lib/c', 'lib/b', 'lib/d'].map((name) => `  --- @include ${name}`);
    expect(codeOf([...parts, 'f()', ...inside, 'end'])).toEqual(['b', 's', 's', 'f()', 'c', 'd', 'end']);
    expect(() => codeOf(['f()', '  --- @include lib/c', 'end', '--- @include lib/c'])).toThrow(
      'lua/lib/c.lua is included inside a function, and asked for after it.',
    );
  });
});

function codeOf(lines: readonly string[]): readonly string[] {
  const others = [
    ['lib/b', 'b'],
    ['lib/c', 'c'],
    ['lib/d', '--- @include lib/c\nd'],
    ['lib/inline/s', 's'],
  ] as const;
  const files = new Map([['commands/a', lines.join('\n')], ...others]);
  const code = assemble(files, 'commands/a').filter(({ isInclude }) => !isInclude);
  return code.map(({ text }) => text);
}
