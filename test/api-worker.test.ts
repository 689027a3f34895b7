import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Repid } from '@repid/core';
import { RedisMessageBroker } from '@repid/redis';
import getPort from 'get-port';
import { type Program, startProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const POLL = { timeout: 15_000, interval: 50 };

describe('The API and the worker, as two processes', () => {
  let server: TestRedis;
  let api: string;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    api = await startApi();
  });

  it('accept a registration and return its result', async () => {
    startWorker();
    const id = await register('Alex');
    await vi.waitFor(async () => expect(await find(id)).toMatchObject({ id, status: 'succeeded' }), POLL);
    expect(await find(id)).toMatchObject({ result: { username: 'Alex', greeting: 'Welcome, Alex!' } });
  });

  it('keep a registration until a worker runs', async () => {
    const id = await register('Alex');
    expect(await find(id)).toMatchObject({ id, status: 'queued' });
    startWorker();
    await vi.waitFor(async () => expect(await find(id)).toMatchObject({ status: 'succeeded' }), POLL);
  });

  it('refuse a registration without a name, and unknown ids', async () => {
    const refused = await post({ name: 'Alex' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ message: expect.arrayContaining(['username must be a string']) });
    expect((await fetch(`${api}/registrations/alex`)).status).toBe(404);
  });

  it('let a running job finish on SIGTERM', async () => {
    const worker = startWorker({ WORK_TIME: '700' });
    const id = await running(await register('Alex'));
    worker.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    expect(await find(id)).toMatchObject({ status: 'succeeded', result: { username: 'Alex' } });
    expect(await stats()).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
  });

  it('lose nothing on SIGTERM if a job takes too long: a second worker finishes it', async () => {
    const worker = startWorker({ WORK_TIME: '60000', GRACEFUL_SHUTDOWN_TIME: '100ms' });
    const id = await running(await register('Alex'));
    worker.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    expect(await find(id)).toEqual({ id, status: 'queued' });

    startWorker();
    await vi.waitFor(async () => expect(await find(id)).toMatchObject({ status: 'succeeded' }), POLL);
    expect(await stats()).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
  });

  it('stop on SIGTERM while idle', async () => {
    const worker = startWorker();
    const id = await register('Alex');
    await vi.waitFor(async () => expect(await find(id)).toMatchObject({ status: 'succeeded' }), POLL);
    worker.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
  });

  async function startApi(): Promise<string> {
    const port = await getPort({ host: '127.0.0.1' });
    const url = `http://127.0.0.1:${port}`;
    startProgram('apps/api/dist/main.js', { env: { ...redis(), PORT: String(port) } });
    await vi.waitFor(() => fetch(url), POLL);
    return url;
  }

  function startWorker(env: Record<string, string> = {}): Program {
    return startProgram('apps/worker/dist/main.js', { env: { ...redis(), WORK_TIME: '10', ...env } });
  }

  function redis() {
    return { REDIS_URL: server.url, REDIS_PREFIX: server.prefix };
  }

  function post(body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${api}/registrations`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async function register(username: string): Promise<string> {
    const response = await post({ username });
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  }

  async function find(id: string): Promise<unknown> {
    return (await fetch(`${api}/registrations/${id}`)).json();
  }

  async function running(id: string): Promise<string> {
    await vi.waitFor(async () => expect(await find(id)).toMatchObject({ status: 'running' }), POLL);
    return id;
  }

  function stats() {
    const repid = new Repid({ messageBroker: new RedisMessageBroker(server.url, { prefix: server.prefix }) });
    onTestFinished(() => repid.disconnect());
    return repid.channel('registrations').stats();
  }
});
