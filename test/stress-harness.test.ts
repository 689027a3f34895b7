import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Observations, type Finding, type StoredDeadLetter, type StoredResult } from './stress/observations.js';
import { Proxy } from './stress/proxy.js';
import { Random } from './stress/random.js';

interface StoredState {
  readonly commits?: Record<string, number>;
  readonly results?: Record<string, StoredResult>;
  readonly runs?: Record<string, number[]>;
  readonly letters?: readonly StoredDeadLetter[];
}

const DONE = { success: true, data: 1 };
const FAILED = { success: false, data: null };
const LETTER = { channel: 'c', jobId: 'a', code: 'REPID_TOO_MANY_DELIVERIES' };

describe('The observations of a stress run', () => {
  it.each<[string, StoredState, (observations: Observations) => Finding[], Finding['kind'][]]>([
    ['a job that is done', { commits: { a: 1 }, results: { a: DONE } }, settledOnce, []],
    ['a job that was never settled', { results: { a: DONE } }, settledOnce, ['chains lost']],
    ['a job without a result', { commits: { a: 1 } }, settledOnce, ['chains lost']],
    [
      'a job that was settled twice',
      { commits: { a: 2 }, results: { a: DONE } },
      settledOnce,
      ['followers duplicated'],
    ],
    ['another result', { commits: { a: 1 }, results: { a: { ...DONE, data: 2 } } }, settledOnce, ['wrong results']],
    ['a failed result', { commits: { a: 1 }, results: { a: FAILED } }, settledOnce, ['wrong results']],
    ['a cancelled job', { results: { a: { ...FAILED, cancelled: true } } }, cancelled, []],
    ['a cancelled job that failed', { results: { a: FAILED } }, cancelled, ['wrong results']],
    ['a cancelled job without a result', {}, cancelled, ['wrong results']],
    ['a poison job that was dead-lettered', { letters: [LETTER], results: { a: FAILED } }, deadLettered, []],
    ['a poison job without a dead letter', { results: { a: FAILED } }, deadLettered, ['poison jobs not dead-lettered']],
    ['a poison job without a result', { letters: [LETTER] }, deadLettered, ['poison jobs not dead-lettered']],
    [
      'a poison job with two dead letters',
      { letters: [LETTER, LETTER], results: { a: FAILED } },
      deadLettered,
      ['poison jobs not dead-lettered'],
    ],
    [
      'an expected dead letter',
      { letters: [LETTER] },
      (observations) => observations.unexpectedDeadLetters(new Set(['a'])),
      [],
    ],
    [
      'an unexpected dead letter',
      { letters: [LETTER] },
      (observations) => observations.unexpectedDeadLetters(new Set(['b'])),
      ['healthy jobs dead-lettered'],
    ],
  ])('checks %s', (_, { commits = {}, results = {}, runs = {}, letters = [] }, check, kinds) => {
    const [c, r, b] = [commits, results, runs].map((values) => new Map(Object.entries(values)));
    const observations = new Observations(
      c as Map<string, number>,
      r as Map<string, StoredResult>,
      b as Map<string, number[]>,
      letters,
    );
    expect(check(observations).map(({ kind }) => kind)).toEqual(kinds);
  });

  function settledOnce(observations: Observations): Finding[] {
    return observations.checkJobs('a', [['a', 1]]);
  }

  function cancelled(observations: Observations): Finding[] {
    return observations.checkEnd('a', 'a', 'cancelled');
  }

  function deadLettered(observations: Observations): Finding[] {
    return observations.checkDeadLettered('c', 'a');
  }
});

describe('The proxy of a stress run', () => {
  let server: Server;
  let proxy: Proxy;
  let url: URL;
  let received = '';
  let upstream: Socket | undefined;
  const clients: Socket[] = [];

  beforeEach(async () => {
    received = '';
    server = createServer((socket) => {
      upstream = socket
        .on('error', () => undefined)
        .on('data', (bytes) => {
          received += bytes.toString();
          socket.write(`${bytes.toString()}!`);
        });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = new Proxy((server.address() as { port: number }).port);
    url = new URL(await proxy.openPort());
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    proxy.stop();
    server.close();
  });

  it('forwards bytes in both directions', async () => {
    const client = await connectAndTalk();
    client.socket.write('a');
    await vi.waitFor(() => expect(client.received()).toBe('a!'));
  });

  it('holds client data and new connections until it is released', async () => {
    const client = await connectAndTalk();
    proxy.hold();
    client.socket.write('b');
    const late = await connectOnly();
    late.socket.write('c');
    const other = await connectDirectly();
    other.write('x');
    await vi.waitFor(() => expect(received).toBe('x'));
    proxy.release();
    await vi.waitFor(() => expect([client.received(), late.received()]).toEqual(['b!', 'c!']));
  });

  it('does not close a client whose direction is dead when the server closes', async () => {
    const client = await connectAndTalk();
    const [connection] = proxy.connections;
    connection!.halfOpen('to-client', 0);
    upstream!.destroy();
    await vi.waitFor(() => expect(connection!.isClosedByServer).toBe(true));
    expect(client.socket.destroyed).toBe(false);
  });

  it('counts half-open connections that clients keep open', async () => {
    const client = await connectAndTalk();
    proxy.halfOpen(1, new Random(1));
    expect(await proxy.halfOpenKept(50)).toBe(1);
    client.socket.destroy();
    await vi.waitFor(async () => expect(await proxy.halfOpenKept(50)).toBe(0));
  });

  it('cuts all connections of a port repeatedly', async () => {
    const client = await connectAndTalk();
    const closed = once(client.socket, 'close');
    const flapping = proxy.flap(0, 200, new Random(1));
    await closed;
    await flapping;
    expect(proxy.cut).toBe(1);
  });

  it.each([
    ['late', 'late!'],
    ['to-server', ''],
    ['both', ''],
    ['to-client', 'late!'],
  ] as const)(
    'in half-open mode %s, delivers "%s" to the server after the client has closed',
    async (mode, expected) => {
      const client = await connectAndTalk();
      const [connection] = proxy.connections;
      connection!.halfOpen(mode, 100);
      client.socket.write('late!');
      client.socket.end();
      await vi.waitFor(() => expect(connection!.isClosedByClient).toBe(true));
      const other = await connectDirectly();
      await vi.waitFor(() => expect(connection!.isHeld).toBe(false));
      other.write('?');
      await vi.waitFor(() => expect(received).toBe(`${expected}?`));
    },
  );

  /** Connects through the proxy, and waits for the first reply. */
  async function connectAndTalk() {
    const client = await connectOnly();
    client.socket.write('hello');
    await vi.waitFor(() => expect(client.received()).toBe('hello!'));
    client.clear();
    return client;
  }

  /** Connects to the proxy. */
  async function connectOnly() {
    const socket = connect(Number(url.port), '127.0.0.1').on('error', () => undefined);
    clients.push(socket);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    await once(socket, 'connect');
    return { socket, received: () => text, clear: () => void ([text, received] = ['', '']) };
  }

  /** Connects to the server directly. */
  async function connectDirectly(): Promise<Socket> {
    const socket = connect(proxy.target, '127.0.0.1');
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }
});
