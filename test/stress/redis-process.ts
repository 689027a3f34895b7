import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import type { CleanupProcess } from './cleanup-process.js';
import { until } from './until.js';

const STARTUP_TIMEOUT = 20_000;

/**
 * A redis-server process on loopback that loses no acknowledged write when it ends: it syncs its append-only file before
 * each reply (`appendfsync always`). With `everysec`, up to two seconds of writes could be lost.
 */
export class RedisProcess {
  /** A direct connection for inspection and administration. Reconnects after a restart. */
  readonly control: Redis;
  private server: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly cleanup: CleanupProcess,
  ) {
    this.control = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
    this.control.on('error', () => undefined);
  }

  /** @param folder for its files; it is created */
  static async start(folder: string, cleanup: CleanupProcess): Promise<RedisProcess> {
    mkdirSync(folder);
    const redis = new RedisProcess(await getPort({ host: '127.0.0.1' }), folder, cleanup);
    await redis.launch();
    return redis;
  }

  /** Suspends the process: connections stay open, but get no replies. */
  async pause(milliseconds: number): Promise<void> {
    this.server?.kill('SIGSTOP');
    await sleep(milliseconds);
    this.server?.kill('SIGCONT');
  }

  /** Ends the process, and restarts it from its append-only file. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.end(signal);
    await this.launch();
  }

  /** Sets `maxmemory` below the used memory: writes that need memory are refused, deletions are not. */
  async fill(milliseconds: number): Promise<void> {
    const used = Number(await this.info('memory', 'used_memory'));
    await this.control.config('SET', 'maxmemory', Math.floor(used / 2));
    await sleep(milliseconds);
    await this.control.config('SET', 'maxmemory', 0);
  }

  /** Returns a field of a section of INFO, or an empty string. */
  async info(section: string, field: string): Promise<string> {
    const text = await this.control.info(section);
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  }

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
    this.cleanup.add(this.server.pid);
    await this.waitUntilLoaded(this.server);
  }

  private async waitUntilLoaded(server: ChildProcess): Promise<void> {
    const failed = once(server, 'exit').then(() => Promise.reject(new Error('redis-server exited during startup.')));
    const loaded = until(async () => /loading:0/.test(await this.control.info('persistence').catch(() => '')), {
      description: 'redis-server has loaded its data',
      timeout: STARTUP_TIMEOUT,
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
    this.cleanup.remove(server.pid);
  }
}
