import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const QUICKSTART = 'apps/quickstart/dist/main.js';
const EXPECTED = { code: 0, signal: null, stdout: 'Hello Alex! Your id is 123.\n', stderr: '' };

describe('The quickstart', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it('prints the greeting with in-memory brokers', async () => {
    expect(await runProgram(QUICKSTART)).toEqual(EXPECTED);
  });

  it('prints the greeting on Redis, repeatedly, and leaves no message behind', async () => {
    const env = { REDIS_URL: server.url, REDIS_PREFIX: server.prefix };
    for (let run = 0; run < 2; run++) expect(await runProgram(QUICKSTART, { env })).toEqual(EXPECTED);
    const redis = new Redis(server.url);
    expect(await redis.xlen(`${server.prefix}:default`)).toBe(0);
    const consumers = await redis.xinfo('CONSUMERS', `${server.prefix}:default`, `${server.prefix}:default:group`);
    expect(consumers).toEqual([]);
    redis.disconnect();
  });

  it('prints the greeting with messages and buckets on two databases', async () => {
    const other = Object.assign(new URL(server.url), { pathname: '/1' }).href;
    const env = { REDIS_CONNECTION: server.url, REDIS_ARGS_CONNECTION: other, REDIS_PREFIX: server.prefix };
    expect(await runProgram(QUICKSTART, { env })).toEqual(EXPECTED);
    const buckets = new Redis(other);
    const ids = ['chained_id', 'some_result_id'].map((id) => `${server.prefix}:bucket:${id}`);
    expect(await buckets.exists(ids)).toBe(2);
    buckets.disconnect();
  });
});
