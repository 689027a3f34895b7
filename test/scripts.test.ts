import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from './support/program.js';

describe('npm test', () => {
  it('prints one line with a remedy if redis-server is missing and cannot be installed', async () => {
    const { code, stdout, stderr } = await runProgram('scripts/test.mjs', { env: { PATH: '/nowhere' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'No redis-server found and it cannot be installed here: install it with "apt-get install redis-server" ' +
        "(or your system's package), or set REDIS_URL.\n",
    );
  });
});

describe('npm run release:version', () => {
  it('gives the unreleased section of the changelog the version of the packages, once', async () => {
    const folder = repositoryWith('## [Unreleased]\n\n- A fix.\n\n## [0.1.0] - 2026-01-01\n', '0.2.0');
    const released = (): string => readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');

    expect(await runProgram('scripts/changelog.mjs', { args: [folder] })).toMatchObject({ code: 0, stderr: '' });
    const today = new Date().toISOString().slice(0, 10);
    const expected = `## [Unreleased]\n\n## [0.2.0] - ${today}\n\n- A fix.\n\n## [0.1.0] - 2026-01-01\n`;
    expect(released()).toBe(expected);

    const again = await runProgram('scripts/changelog.mjs', { args: [folder] });
    expect(again).toMatchObject({ code: 1, stderr: 'CHANGELOG.md has a section [0.2.0] already.\n' });
    expect(released()).toBe(expected);
  });
});

function repositoryWith(changelog: string, version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'repid-changelog-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'packages/core'), { recursive: true });
  writeFileSync(join(folder, 'packages/core/package.json'), JSON.stringify({ version }));
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  return folder;
}
