import { describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';

describe('Chains and fan-ins while workers are killed, Redis is paused and restarted, and connections are cut', () => {
  it('lose no link and grow none twice', { timeout: 180_000 }, async () => {
    const { code, stdout, stderr } = await runProgram('test/stress/dist/main.js', { args: ['--short'] });
    const counts = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(': ')),
    );
    expect(counts, stdout + stderr).toMatchObject({
      kills: '15',
      'jobs done': '1420',
      'chains lost': '0',
      'followers published twice': '0',
      'results wrong': '0',
      'left over': '0',
    });
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
