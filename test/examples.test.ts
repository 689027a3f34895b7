import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const EXAMPLES = 'apps/examples/dist/main.js';

const OUTPUTS: Readonly<Record<string, string>> = {
  'chaining-jobs': 'Hello Alex! Your id is 123.\n',
  'arguments-and-results': '["This is your first message!","Hi Alex! Your id is: 123."]\n',
  'chaining-by-bucket-ids': '["This is your first message!","Hello Alex!","Your id is 123."]\n',
  'chaining-by-messages': 'Created user Alex with ID 123\nSending welcome email to User #123 (Alex)!\n',
  'request-reply': 'Alex has ID 123\n',
  'depends-on':
    'Running Task A\nRunning Task B with Data from A\nRunning Task C with Result from B\nWorkflow Complete\n',
  'typed-chain': 'Hello Alex! Your id is 123.\n',
  parallel:
    'Aggregated 3: B with data from A, C with data from A, D with data from A\n' +
    'Aggregated 1000: part 1 with data from A, ..., part 1000 with data from A\n',
  guarded: 'acme: 42\nA guest was refused: dead-lettered, not retried.\n',
  retry:
    'failsTwice: run 1\nfailsTwice: run 2\nfailsTwice: run 3\nResult: done\n' +
    'alwaysFails: run 1\nalwaysFails: run 2\nalwaysFails: run 3\nalwaysFails: run 4\n' +
    'Dead letter after 4 runs: Error: failed in run 4\n',
  fallback: 'Fallback: handling failed job gracefully\n',
  tested: 'Retried after an hour without waiting.\nSurvived a crash before, during and after the settlement.\n',
  'enqueue-inside': 'Task A done\nTask B received A\n',
};

describe('The examples', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  describe.each(Object.entries(OUTPUTS))('%s', (name, stdout) => {
    it('prints the expected output in memory', async () => {
      expect(await runProgram(EXAMPLES, { args: [name] })).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    });

    it('prints the same on Redis', async () => {
      const env = { REDIS_URL: server.url, REDIS_PREFIX: server.prefix };
      expect(await runProgram(EXAMPLES, { args: [name], env })).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    });
  });

  it('are listed if none is named', async () => {
    const { code, stdout } = await runProgram(EXAMPLES);
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}(\S+) {2}/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(OUTPUTS));
  });

  it('are listed on stderr if an unknown one is named', async () => {
    const { code, stdout, stderr } = await runProgram(EXAMPLES, { args: ['chaining'] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Unknown program "chaining"\.\n.*NAME\n {2}chaining-jobs/);
  });
});
