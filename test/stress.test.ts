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
