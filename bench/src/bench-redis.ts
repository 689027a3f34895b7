import { startServer, type RedisServer } from '@repid/test/redis-server';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';

/** Interval of the check for open connections, in milliseconds. */
const POLL_INTERVAL = 20;

/** The benchmark's own redis-server, without persistence, and its statistics. */
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

  /** Removes everything before it returns, so that no run is slowed down by the leftovers of another. */
  async flush(): Promise<void> {
    await this.client.flushall('SYNC');
  }

  /** Returns the CPU seconds of the server so far, in user and kernel. */
  async cpuSeconds(): Promise<number> {
    const cpu = await this.info('cpu');
    return Number(cpu['used_cpu_user']) + Number(cpu['used_cpu_sys']);
  }

  /** Returns the bytes that Redis has allocated. Waits until no other client is connected, since connections have buffers. */
  async memory(): Promise<number> {
    while (Number((await this.info('clients'))['connected_clients']) > 1) await sleep(POLL_INTERVAL);
    return Number((await this.info('memory'))['used_memory']);
  }

  /** Returns the number of keys. */
  keys(): Promise<number> {
    return this.client.dbsize();
  }

  async version(): Promise<string> {
    return (await this.info('server'))['redis_version'] ?? 'unknown';
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }

  private async info(section: string): Promise<Readonly<Record<string, string>>> {
    const lines = (await this.client.info(section)).split('\r\n');
    return Object.fromEntries(lines.map((line) => line.split(':'))) as Record<string, string>;
  }
}
