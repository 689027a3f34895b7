import { describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';

const FINDING_KINDS = [
  'chains lost',
  'followers duplicated',
  'wrong results',
  'cancelled jobs that ran',
  'healthy jobs dead-lettered',
  'poison jobs not dead-lettered',
  'results not delivered',
  'half-open connections kept',
  'leftover keys',
  'workers died',
  'unhandled rejections',
  'unexpected errors',
];

describe('Jobs while workers are killed, connections are cut or half-open, and Redis is paused, restarted, full or fails over', () => {
  it('lose no link of a chain and duplicate none', { timeout: 240_000 }, async () => {
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
      ...Object.fromEntries(FINDING_KINDS.map((name) => [name, '0'])),
    });
    expect(Number(counts['workers killed by poison jobs']), stdout).toBeGreaterThan(2);
    expect(Number(counts['connections made half-open']), stdout).toBeGreaterThan(2);
    expect(code, stderr).toBe(0);
  });
});

describe('npm run stress', () => {
  it('prints its options, and one line for an unknown option', async () => {
    const help = await runProgram('test/stress/dist/main.js', { args: ['--help'] });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--seed <n>'), stderr: '' });
    const unknown = await runProgram('test/stress/dist/main.js', { args: ['--nonsense'] });
    expect(unknown).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: `Unknown option '--nonsense'. Run "npm run stress -- --help" for help.\n`,
    });
  });
});
