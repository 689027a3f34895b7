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
  /** The key prefix of the test: unique on a shared server, `repid` on an own server. */
  readonly prefix: string;
  /** True if the test owns the server, and so may stop and flush it. */
  readonly isOwn: boolean;
  /** Returns a prefix that no other test uses. */
  uniquePrefix(): string;
  /** Suspends the server's process: connections stay open, but get no replies. Only if `isOwn`. */
  freeze(): void;
  thaw(): void;
  /** Stops an own server; does nothing to a shared one. */
  stop(): Promise<void>;
}

/** A `redis-server` process. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Stops the process and removes its directory. */
  stop(): Promise<void>;
}

/** Returns the server at `REDIS_URL` if that is set and `own` is not; otherwise starts one, without persistence. */
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

/** Starts a process on a free port, without persistence. Resolves when it replies. */
export async function startServer(settings: Readonly<Record<string, string | number>> = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'repid-redis-'));
  const port = await getPort({ host: '127.0.0.1' });
  const server = spawnServer({ ...settings, port }, directory);
  const url = `redis://127.0.0.1:${port}`;
  await waitForReply(url, server);
  return { port, url, process: server, stop: () => stopServer(server, directory) };
}

function sharedRedis(url: string): TestRedis {
  const refuse = (): never => {
    throw new Error('The server at REDIS_URL is shared. Start an own server with { own: true }.');
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
  killWithParent(server, directory);
  return server;
}

// Kills the server when the test process ends, even by SIGKILL: the end of the test process closes the pipe.
function killWithParent(server: ChildProcess, directory: string): void {
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

async function waitForReply(url: string, server: ChildProcess): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const failed = once(server, 'exit').then(() => Promise.reject(new Error('redis-server exited during startup.')));
  failed.catch(() => undefined);
  const late = sleep(STARTUP_TIMEOUT, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`redis-server did not reply within ${STARTUP_TIMEOUT} ms.`)),
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
    server.ref(); // Keeps this process alive until the server has ended.
    server.kill('SIGKILL');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
}
