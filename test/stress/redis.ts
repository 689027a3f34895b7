import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { Redis } from 'ioredis';

const STARTUP_TIMEOUT = 20_000;

/**
 * A redis-server of our own on loopback that loses nothing it has answered for, whichever way it ends: it writes its
 * append-only file to disk before each answer (`appendfsync always`). With `everysec` up to two seconds may be lost.
 */
export class RedisServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'repid-stress-'));
  private server: ChildProcess | undefined;
  private readonly guard = guardOf(this.folder);

  private constructor(readonly port: number) {}

  static async start(): Promise<RedisServer> {
    const redis = new RedisServer(await getPort({ host: '127.0.0.1' }));
    await redis.launch();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Stands still: connections stay, answers don't come. */
  async pause(milliseconds: number): Promise<void> {
    this.server?.kill('SIGSTOP');
    await sleep(milliseconds);
    this.server?.kill('SIGCONT');
  }

  /** Ends it, and starts it anew from its append-only file. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.end(signal);
    await this.launch();
  }

  /** Ends it for good, and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    this.guard.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const settings = {
      ...{ port: this.port, bind: '127.0.0.1', dir: this.folder, save: '' },
      ...{ appendonly: 'yes', appendfsync: 'always' },
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.server = spawn('redis-server', flags, { stdio: 'ignore' });
    this.guard.write(`${this.server.pid}\n`);
    await answers(this.url, this.server);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { server } = this;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
    this.guard.write('\n');
  }
}

/** A process of its own, since ours may be killed without a word: that closes the pipe, on which it is told of each server. */
function guardOf(folder: string): Writable {
  const script = 'while read -r pid; do server=$pid; done; [ -n "$server" ] && kill -9 "$server"; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  return guard.stdin;
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const timer = AbortSignal.timeout(STARTUP_TIMEOUT);
  const late = once(timer, 'abort').then(() => Promise.reject(new Error('redis-server did not answer in time.')));
  const failed = once(server, 'exit').then(() => Promise.reject(new Error('redis-server ended before it answered.')));
  for (const never of [late, failed]) never.catch(() => undefined);
  try {
    client.connect().catch(() => undefined);
    await Promise.race([isLoaded(client), late, failed]);
  } finally {
    client.disconnect();
  }
}

async function isLoaded(client: Redis): Promise<void> {
  while (/loading:1/.test(await client.info('persistence').catch(() => 'loading:1'))) await sleep(20);
}
