import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const QUICKSTART = 'apps/quickstart/dist/main.js';
const GREETED = { code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' };

describe('The quickstart', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis({ own: true });
  });
  afterAll(() => server.stop());

  it('greets on brokers in memory', async () => {
    expect(await runProgram(QUICKSTART)).toEqual(GREETED);
  });

  it('greets through Redis, time and again, and leaves nothing to do', async () => {
    for (let run = 0; run < 2; run++) {
      expect(await runProgram(QUICKSTART, { env: { REDIS_URL: server.url } })).toEqual(GREETED);
    }
    const redis = new Redis(server.url);
    expect(await redis.xlen('repid:default')).toBe(0);
    expect(await redis.xinfo('CONSUMERS', 'repid:default', 'repid:default:group')).toEqual([]);
    redis.disconnect();
  });

  it('greets with messages and buckets on two servers', async () => {
    const env = { REDIS_CONNECTION: `${server.url}/1`, REDIS_ARGS_CONNECTION: `${server.url}/2` };
    expect(await runProgram(QUICKSTART, { env })).toEqual(GREETED);
    const buckets = new Redis(env.REDIS_ARGS_CONNECTION);
    expect(await buckets.exists('repid:bucket:chained_id', 'repid:bucket:some_result_id')).toBe(2);
    buckets.disconnect();
  });
});
