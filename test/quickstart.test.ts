import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const QUICKSTART = 'apps/quickstart/dist/main.js';
const GREETED = { code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' };

describe('The quickstart', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it('greets on brokers in memory', async () => {
    expect(await runProgram(QUICKSTART)).toEqual(GREETED);
  });

  it('greets through Redis, time and again, and leaves nothing to do', async () => {
    const env = { REDIS_URL: server.url, REDIS_PREFIX: server.prefix };
    for (let run = 0; run < 2; run++) expect(await runProgram(QUICKSTART, { env })).toEqual(GREETED);
    const redis = new Redis(server.url);
    expect(await redis.xlen(`${server.prefix}:default`)).toBe(0);
    const consumers = await redis.xinfo('CONSUMERS', `${server.prefix}:default`, `${server.prefix}:default:group`);
    expect(consumers).toEqual([]);
    redis.disconnect();
  });

  it('greets with messages and buckets in two places', async () => {
    const other = Object.assign(new URL(server.url), { pathname: '/1' }).href;
    const env = { REDIS_CONNECTION: server.url, REDIS_ARGS_CONNECTION: other, REDIS_PREFIX: server.prefix };
    expect(await runProgram(QUICKSTART, { env })).toEqual(GREETED);
    const buckets = new Redis(other);
    const ids = ['chained_id', 'some_result_id'].map((id) => `${server.prefix}:bucket:${id}`);
    expect(await buckets.exists(ids)).toBe(2);
    buckets.disconnect();
  });
});
