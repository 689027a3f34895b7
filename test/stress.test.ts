import { describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';

const NONE = [
  'chains lost',
  'followers doubled',
  'results wrong',
  'cancelled that ran',
  'innocents dead-lettered',
  'poison not given up',
  'ends not told',
  'half-open connections kept',
  'left over',
  'workers died',
  'unhandled rejections',
  'unexpected errors',
];

describe('Jobs while workers are killed, connections are cut or half-open, and Redis is paused, restarted, full or handed over', () => {
  it('lose no link and grow none twice', { timeout: 240_000 }, async () => {
    const { code, stdout, stderr } = await runProgram('test/stress/dist/main.js', { args: ['--short'] });
    const counts = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(': ')),
    );
    expect(counts, stdout + stderr).toMatchObject({
      kills: '12',
      failovers: '2',
      'redis full': '1',
      ...Object.fromEntries(NONE.map((name) => [name, '0'])),
    });
    expect(Number(counts['workers poisoned']), stdout).toBeGreaterThan(2);
    expect(Number(counts['connections left half-open']), stdout).toBeGreaterThan(2);
    expect(code, stderr).toBe(0);
  });
});

describe('npm run stress', () => {
  it('tells its options, and in one line what it does not know', async () => {
    const help = await runProgram('test/stress/dist/main.js', { args: ['--help'] });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--seed <n>'), stderr: '' });
    const unknown = await runProgram('test/stress/dist/main.js', { args: ['--nonsense'] });
    expect(unknown).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: `Unknown option '--nonsense'. "npm run stress -- --help" tells more.\n`,
    });
  });
});
