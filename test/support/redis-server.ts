import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { Redis } from 'ioredis';

const STARTUP_TIMEOUT = 10_000;

/** A Redis server for tests. */
export interface TestRedis {
  readonly url: string;
  /** Begins all keys of a test where the server is shared with others; unique, and a plain `repid` on a server of our own. */
  readonly prefix: string;
  /** True for a server of our own, which may be stopped and flushed. */
  readonly isOwn: boolean;
  /** A prefix that no other test uses. */
  uniquePrefix(): string;
  /** Freezes the server's process: connections stay, answers don't come. Only where `isOwn`. */
  freeze(): void;
  thaw(): void;
  /** Ends the server; one that is shared is left as it is. */
  stop(): Promise<void>;
}

/** A process of `redis-server`. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it, and removes its directory. */
  stop(): Promise<void>;
}

/** Starts a server on a free port, without persistence; uses that at `REDIS_URL` where it is set and `own` is not asked for. */
export async function startRedis(options: { readonly own?: boolean } = {}): Promise<TestRedis> {
  const shared = process.env['REDIS_URL'];
  if (shared !== undefined && !options.own) return sharedRedis(shared);
  const { url, process: server, stop } = await startServer();
  return {
    ...{ url, prefix: 'repid', isOwn: true, uniquePrefix, stop },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  };
}

/** Starts a process of its own on a free port, without persistence; it answers when this resolves. */
export async function startServer(settings: Readonly<Record<string, string | number>> = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'repid-redis-'));
  const port = await getPort({ host: '127.0.0.1' });
  const server = spawnServer({ ...settings, port }, directory);
  const url = `redis://127.0.0.1:${port}`;
  await answers(url, server);
  return { port, url, process: server, stop: () => stopServer(server, directory) };
}

function sharedRedis(url: string): TestRedis {
  const refuse = (): never => {
    throw new Error('The server at REDIS_URL belongs to others: start one of your own with { own: true }.');
  };
  return {
    url,
    prefix: uniquePrefix(),
    isOwn: false,
    uniquePrefix,
    freeze: refuse,
    thaw: refuse,
    stop: async () => undefined,
  };
}

function uniquePrefix(): string {
  return `test-${randomUUID().slice(0, 8)}`;
}

function spawnServer(settings: Readonly<Record<string, string | number>>, directory: string): ChildProcess {
  const all = { bind: '127.0.0.1', save: '', appendonly: 'no', dir: directory, ...settings };
  const server = spawn(
    'redis-server',
    Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      stdio: 'ignore',
    },
  );
  guard(server, directory);
  return server;
}

// A process of its own, since the test process may be killed without a word: its end closes the pipe.
function guard(server: ChildProcess, directory: string): void {
  const script = 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"';
  const watcher = spawn('sh', ['-c', script, 'sh', String(server.pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  server.unref();
  server.once('exit', () => watcher.stdin?.destroy());
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const failed = once(server, 'exit').then(() => Promise.reject(new Error('redis-server ended before it answered.')));
  failed.catch(() => undefined);
  const late = sleep(STARTUP_TIMEOUT, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`redis-server did not answer within ${STARTUP_TIMEOUT} ms.`)),
  );
  try {
    await Promise.race([
      client
        .connect()
        .catch(() => undefined)
        .then(() => client.ping()),
      failed,
      late,
    ]);
  } finally {
    client.disconnect();
  }
}

async function stopServer(server: ChildProcess, directory: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const ended = once(server, 'exit');
    server.ref(); // Nothing else may keep this process alive until it has ended.
    server.kill('SIGKILL');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
}
