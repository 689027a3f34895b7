import { startServer, type RedisServer } from '@repid/test/redis-server';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked who is connected, in milliseconds. */
const LOOK_EVERY = 20;

/** A redis-server of our own, without persistence, and what it says of itself. */
export class BenchRedis {
  private constructor(
    private readonly server: RedisServer,
    private readonly client: Redis,
  ) {}

  static async start(): Promise<BenchRedis> {
    const server = await startServer();
    return new BenchRedis(server, new Redis(server.url));
  }

  get url(): string {
    return this.server.url;
  }

  /** Removes everything before it answers, so that nobody pays for what another has left behind. */
  async flush(): Promise<void> {
    await this.client.flushall('SYNC');
  }

  /** CPU seconds of the server so far, in user and kernel. */
  async cpuSeconds(): Promise<number> {
    const info = await this.client.info('cpu');
    return numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys');
  }

  /** Bytes that it has allocated, once nobody else is connected: connections have buffers. */
  async memory(): Promise<number> {
    while (numberIn(await this.client.info('clients'), 'connected_clients') > 1) await sleep(LOOK_EVERY);
    return numberIn(await this.client.info('memory'), 'used_memory');
  }

  /** Keys that it holds. */
  async keys(): Promise<number> {
    return this.client.dbsize();
  }

  async version(): Promise<string> {
    return textIn(await this.client.info('server'), 'redis_version');
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }
}

function numberIn(info: string, name: string): number {
  return Number(textIn(info, name));
}

function textIn(info: string, name: string): string {
  const found = new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  if (found === undefined) throw new Error(`INFO of redis-server has no "${name}".`);
  return found;
}
