import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import type { Guard } from './guard.js';
import { until } from './until.js';

const STARTUP_TIMEOUT = 20_000;

/**
 * A redis-server of our own on loopback that loses nothing it has answered for, whichever way it ends: it writes its
 * append-only file to disk before each answer (`appendfsync always`). With `everysec` up to two seconds may be lost.
 */
export class RedisServer {
  /** Looks into it and gives orders, past everybody. Waits for it while it is away. */
  readonly control: Redis;
  private server: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly guard: Guard,
  ) {
    this.control = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
    this.control.on('error', () => undefined);
  }

  /** @param folder where its files lie; it is made */
  static async start(folder: string, guard: Guard): Promise<RedisServer> {
    mkdirSync(folder);
    const redis = new RedisServer(await getPort({ host: '127.0.0.1' }), folder, guard);
    await redis.launch();
    return redis;
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

  /** Has no room for more for a while: what grows is refused, what shrinks is not. */
  async fill(milliseconds: number): Promise<void> {
    const used = Number(await this.info('memory', 'used_memory'));
    await this.control.config('SET', 'maxmemory', Math.floor(used / 2));
    await sleep(milliseconds);
    await this.control.config('SET', 'maxmemory', 0);
  }

  /** A field of a section of INFO; empty where it is not there. */
  async info(section: string, field: string): Promise<string> {
    const text = await this.control.info(section);
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.control.disconnect();
    await this.end('SIGKILL');
  }

  private async launch(): Promise<void> {
    const settings = {
      ...{ port: this.port, bind: '127.0.0.1', dir: this.folder, save: '', logfile: 'redis.log' },
      ...{ appendonly: 'yes', appendfsync: 'always', 'repl-diskless-sync-delay': 0 },
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.server = spawn('redis-server', flags, { stdio: 'ignore' });
    this.guard.add(this.server.pid);
    await this.isLoaded(this.server);
  }

  private async isLoaded(server: ChildProcess): Promise<void> {
    const failed = once(server, 'exit').then(() => Promise.reject(new Error('redis-server ended before it answered.')));
    const loaded = until(async () => /loading:0/.test(await this.control.info('persistence').catch(() => '')), {
      what: 'redis-server has loaded its data',
      limit: STARTUP_TIMEOUT,
    });
    for (const promise of [failed, loaded]) promise.catch(() => undefined);
    await Promise.race([loaded, failed]);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { server } = this;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
    this.guard.remove(server.pid);
  }
}
