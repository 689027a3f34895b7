import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Evidence, type Finding, type Letter, type StoredResult } from './stress/evidence.js';
import { Proxy } from './stress/proxy.js';
import { Random } from './stress/random.js';

interface Facts {
  readonly commits?: Record<string, number>;
  readonly results?: Record<string, StoredResult>;
  readonly runs?: Record<string, number[]>;
  readonly letters?: readonly Letter[];
}

const DONE = { success: true, data: 1 };
const FAILED = { success: false, data: null };
const LETTER = { channel: 'c', jobId: 'a', code: 'REPID_TOO_MANY_DELIVERIES' };

describe('The evidence of a stress run', () => {
  it.each<[string, Facts, (evidence: Evidence) => Finding[], Finding['kind'][]]>([
    ['a job that is done', { commits: { a: 1 }, results: { a: DONE } }, settledOnce, []],
    ['a job that was never settled', { results: { a: DONE } }, settledOnce, ['chains lost']],
    ['a job without a result', { commits: { a: 1 } }, settledOnce, ['chains lost']],
    ['a job that was settled twice', { commits: { a: 2 }, results: { a: DONE } }, settledOnce, ['followers doubled']],
    ['another result', { commits: { a: 1 }, results: { a: { ...DONE, data: 2 } } }, settledOnce, ['results wrong']],
    ['a failed result', { commits: { a: 1 }, results: { a: FAILED } }, settledOnce, ['results wrong']],
    ['a cancelled job', { results: { a: { ...FAILED, cancelled: true } } }, cancelled, []],
    ['a cancelled job that failed', { results: { a: FAILED } }, cancelled, ['results wrong']],
    ['a cancelled job without a result', {}, cancelled, ['results wrong']],
    ['a poison job that was given up', { letters: [LETTER], results: { a: FAILED } }, givenUp, []],
    ['one without a dead letter', { results: { a: FAILED } }, givenUp, ['poison not given up']],
    ['one without a result', { letters: [LETTER] }, givenUp, ['poison not given up']],
    [
      'one with two dead letters',
      { letters: [LETTER, LETTER], results: { a: FAILED } },
      givenUp,
      ['poison not given up'],
    ],
    ['a guilty dead letter', { letters: [LETTER] }, (evidence) => evidence.innocents(new Set(['a'])), []],
    [
      'an innocent one',
      { letters: [LETTER] },
      (evidence) => evidence.innocents(new Set(['b'])),
      ['innocents dead-lettered'],
    ],
  ])('judges %s', (_, { commits = {}, results = {}, runs = {}, letters = [] }, look, kinds) => {
    const [c, r, b] = [commits, results, runs].map((facts) => new Map(Object.entries(facts)));
    const evidence = new Evidence(
      c as Map<string, number>,
      r as Map<string, StoredResult>,
      b as Map<string, number[]>,
      letters,
    );
    expect(look(evidence).map(({ kind }) => kind)).toEqual(kinds);
  });

  function settledOnce(evidence: Evidence): Finding[] {
    return evidence.compareAll('a', [['a', 1]]);
  }

  function cancelled(evidence: Evidence): Finding[] {
    return evidence.endedAs('a', 'a', 'cancelled');
  }

  function givenUp(evidence: Evidence): Finding[] {
    return evidence.isGivenUp('c', 'a');
  }
});

describe('The proxy of a stress run', () => {
  let server: Server;
  let proxy: Proxy;
  let url: URL;
  let heard = '';
  let upstream: Socket | undefined;
  const clients: Socket[] = [];

  beforeEach(async () => {
    heard = '';
    server = createServer((socket) => {
      upstream = socket
        .on('error', () => undefined)
        .on('data', (bytes) => {
          heard += bytes.toString();
          socket.write(`${bytes.toString()}!`);
        });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = new Proxy((server.address() as { port: number }).port);
    url = new URL(await proxy.open());
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    proxy.stop();
    server.close();
  });

  it('passes bytes on, both ways', async () => {
    const client = await enter();
    client.socket.write('a');
    await vi.waitFor(() => expect(client.heard()).toBe('a!'));
  });

  it('holds what clients send, and those who come, until it is released', async () => {
    const client = await enter();
    proxy.hold();
    client.socket.write('b');
    const late = await knock();
    late.socket.write('c');
    const other = await direct();
    other.write('x');
    await vi.waitFor(() => expect(heard).toBe('x'));
    proxy.release();
    await vi.waitFor(() => expect([client.heard(), late.heard()]).toEqual(['b!', 'c!']));
  });

  it('tells no client that its server has gone where nothing reaches it', async () => {
    const client = await enter();
    const [line] = proxy.connections;
    line!.halfOpen('to-client', 0);
    upstream!.destroy();
    await vi.waitFor(() => expect(line!.isClosedByServer).toBe(true));
    expect(client.socket.destroyed).toBe(false);
  });

  it('counts the clients that keep a half-open connection', async () => {
    const client = await enter();
    proxy.halfOpen(1, new Random(1));
    expect(await proxy.halfOpenKept(50)).toBe(1);
    client.socket.destroy();
    await vi.waitFor(async () => expect(await proxy.halfOpenKept(50)).toBe(0));
  });

  it('cuts all connections of a door, again and again', async () => {
    const client = await enter();
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
    'has what is sent while its fault is %s arrive as "%s", though its client has gone',
    async (fault, expected) => {
      const client = await enter();
      const [line] = proxy.connections;
      line!.halfOpen(fault, 100);
      client.socket.write('late!');
      client.socket.end();
      await vi.waitFor(() => expect(line!.isClosedByClient).toBe(true));
      const other = await direct();
      await vi.waitFor(() => expect(line!.isHeld).toBe(false));
      other.write('?');
      await vi.waitFor(() => expect(heard).toBe(`${expected}?`));
    },
  );

  /** Connects, and is served. */
  async function enter() {
    const client = await knock();
    client.socket.write('hello');
    await vi.waitFor(() => expect(client.heard()).toBe('hello!'));
    client.forget();
    return client;
  }

  /** Connects. */
  async function knock() {
    const socket = connect(Number(url.port), '127.0.0.1').on('error', () => undefined);
    clients.push(socket);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    await once(socket, 'connect');
    return { socket, heard: () => text, forget: () => void ([text, heard] = ['', '']) };
  }

  async function direct(): Promise<Socket> {
    const socket = connect(proxy.target, '127.0.0.1');
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }
});
