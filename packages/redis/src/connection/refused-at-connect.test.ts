import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACK, message } from '../../../../test/support/redis-fixture.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

const PASSWORD = 'hunter2-the-password';

describe('A server that refuses the connection', () => {
  let server: RedisServer;
  let other: Server;
  let url: (userInfo: string, rest?: string) => string;

  beforeAll(async () => {
    server = await startServer();
    const admin = new Redis(server.url);
    await admin.call('ACL', 'SETUSER', 'nobody', 'on', `>${PASSWORD}`, '+ping', '~*');
    await admin.call('ACL', 'SETUSER', 'stranger', 'on', `>${PASSWORD}`, '+@all', '~others:*', '&*');
    await admin.config('SET', 'requirepass', PASSWORD);
    admin.disconnect();
    url = (userInfo, rest = '') => `redis://${userInfo}@127.0.0.1:${server.port}${rest}`;
    other = createServer((socket) =>
      socket.on('error', () => undefined).on('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')),
    );
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
  });
  afterAll(async () => {
    other.close();
    await server.stop();
  });

  const otherUrl = (scheme = 'redis'): string => `${scheme}://127.0.0.1:${(other.address() as { port: number }).port}`;

  /** Returns the error of connecting, and the duration in milliseconds. */
  const connect = async (broker: RedisMessageBroker | RedisBucketBroker): Promise<{ problem: Error; took: number }> => {
    const begun = performance.now();
    const problem = await broker.connect().then(
      () => Promise.reject(new Error('It was accepted.')),
      (reason: unknown) => reason as Error,
    );
    return { problem, took: performance.now() - begun };
  };

  it.each<[string, () => string | object, string]>([
    [
      'a wrong password',
      () => url(`:wrong-${PASSWORD}`),
      'WRONGPASS invalid username-password pair or user is disabled. Check the',
    ],
    ['an unknown user', () => url(`bob:${PASSWORD}`), 'WRONGPASS'],
    ['no password', () => server.url, 'NOAUTH Authentication required. The server wants a password'],
    [
      'a database that does not exist',
      () => url(`:${PASSWORD}`, '/99'),
      'DB index is out of range. Choose a database below',
    ],
    [
      'the same database as an option',
      () => ({ port: server.port, password: PASSWORD, db: 16 }),
      'DB index is out of range',
    ],
    ['a user without permissions', () => url(`nobody:${PASSWORD}`), 'NOPERM'],
    ['a user without access to the keys', () => url(`stranger:${PASSWORD}`), 'NOPERM'],
    ['a server that is not Redis', () => otherUrl(), 'Check that a Redis server is there'],
    [
      'TLS where there is none',
      () => otherUrl('rediss'),
      'Check the certificates in "tls", and whether the server uses TLS',
    ],
  ])('is reported immediately: %s', async (_, address, text) => {
    for (const Broker of [RedisMessageBroker, RedisBucketBroker]) {
      const { problem, took } = await connect(new Broker(address(), { onProblem: () => undefined }));
      expect(problem).toMatchObject({ code: 'REPID_BROKER_REFUSED' });
      expect(problem.message).toContain(text);
      expect(problem.message).toMatch(/^Redis at (127\.0\.0\.1|localhost):\d+ /);
      expect(took).toBeLessThan(2_000);
      expect(inspect(problem, { depth: 20, showHidden: true })).not.toContain('hunter2');
    }
  });

  it('also refuses the client of a given ioredis instance', async () => {
    const given = new Redis(url(`:wrong-${PASSWORD}`), { lazyConnect: true });
    const { problem } = await connect(new RedisMessageBroker(given));
    expect(problem.message).toContain('WRONGPASS');
  });

  it('accepts the right credentials, in the requested database', async () => {
    const broker = new RedisMessageBroker(url(`:${PASSWORD}`, '/7'));
    await broker.connect();
    await broker.publish([message('x', { channel: 'seven' })]);
    const admin = new Redis(url(`:${PASSWORD}`, '/7'));
    expect(await admin.exists('repid:seven')).toBe(1);
    await admin.select(0);
    expect(await admin.dbsize()).toBe(0);
    admin.disconnect();
    await broker.disconnect();
  });

  it('explains a refused command, with the remedy', async () => {
    const admin = new Redis(url(`:${PASSWORD}`));
    await admin.call('ACL', 'SETUSER', 'reader', 'on', `>${PASSWORD}`, '+@all', '-xadd', '~*', '&*');
    const broker = new RedisMessageBroker(url(`reader:${PASSWORD}`));
    await broker.connect();
    const payload = 'hunter2-the-payload';
    const problem: unknown = await broker.publish([message(payload)]).catch((reason: unknown) => reason);
    expect(problem).toMatchObject({
      code: 'REPID_BROKER_REFUSED',
      message: expect.stringMatching(
        /can't run this command.*Give its user the permissions that docs\/brokers.md lists/,
      ) as string,
    });
    expect(inspect(problem, { depth: 20, showHidden: true })).not.toContain('hunter2');
    await broker.disconnect();
    await admin.quit();
  });
});

describe('An unreachable server', () => {
  it('causes a warning within a second, and an error with the reason after the timeout', async () => {
    const onProblem = vi.fn<(problem: Error) => void>();
    const broker = new RedisMessageBroker('redis://alice:hunter2@127.0.0.1:1', { connectTimeout: 1_500, onProblem });
    const connecting = broker.connect();
    connecting.catch(() => undefined);
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalled(), { timeout: 1_000 });
    expect(onProblem.mock.calls[0]![0].message).toBe(
      'Redis at 127.0.0.1:1 is out of reach: there is no connection yet (connect ECONNREFUSED 127.0.0.1:1). Nothing was sent. Check that it is up and reachable.',
    );
    const problem: unknown = await connecting.catch((reason: unknown) => reason);
    expect(problem).toMatchObject({
      code: 'REPID_BROKER_UNAVAILABLE',
      mayBeDone: false,
      message: expect.stringContaining('no connection within 1500 ms (connect ECONNREFUSED 127.0.0.1:1)') as string,
    });
    expect(onProblem).toHaveBeenCalledTimes(1);
    expect(inspect([problem, onProblem.mock.calls], { depth: 20, showHidden: true })).not.toMatch(/hunter2|alice/);
  });

  it('rejects commands within a second if it was reachable before', async () => {
    const server = await startServer();
    const onProblem = vi.fn<(problem: Error) => void>();
    const broker = new RedisMessageBroker(server.url, { onProblem, publishTimeout: 1_500 });
    await broker.connect();
    await server.stop();
    const published = broker.publish([message('x')]);
    published.catch(() => undefined);
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalled(), { timeout: 1_500 });
    await broker.disconnect();
    await expect(published).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
  });

  it('reports that a command may have been executed if the connection closes before the reply', async () => {
    const server = await startServer();
    const broker = new RedisMessageBroker(server.url, { publishTimeout: 1_500, onProblem: () => undefined });
    await broker.connect();
    const consumer = await broker.consume({ channels: ['email'] });
    await broker.publish([message('x')]);
    const [delivery] = await consumer.receive(1, { wait: true });
    server.process.kill('SIGSTOP');
    const settled = delivery!.settle(ACK);
    settled.catch(() => undefined);
    const published = broker.publish([message('y')]);
    published.catch(() => undefined);
    await new Promise((resolve) => void setImmediate(() => setImmediate(resolve))); // Now both commands are in transit.
    await server.stop();
    const unknown = { code: 'REPID_BROKER_UNAVAILABLE', mayBeDone: true };
    await expect(settled).rejects.toMatchObject(unknown);
    await expect(published).rejects.toMatchObject(unknown);
    await expect(broker.publish([message('z')])).rejects.toMatchObject({ ...unknown, mayBeDone: false });
    await broker.disconnect();
  });
});
