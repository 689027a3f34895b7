import { describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';

describe('npm test', () => {
  it('says in one line what to do where there is no redis-server and none can be installed', async () => {
    const { code, stdout, stderr } = await runProgram('scripts/test.mjs', { env: { PATH: '/nowhere' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'No redis-server found and it cannot be installed here: install it with "apt-get install redis-server" ' +
        "(or your system's package), or set REDIS_URL.\n",
    );
  });
});
