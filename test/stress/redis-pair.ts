import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CleanupProcess } from './cleanup-process.js';
import type { Proxy } from './proxy.js';
import { RedisProcess } from './redis-process.js';
import { until } from './until.js';

/** A port without a server. */
const UNUSED_PORT = 1;

/** How long the replica may take to synchronise, in milliseconds. */
const SYNC_TIMEOUT = 30_000;

/** Number of consecutive polls in which both offsets must be equal and unchanged. */
const STABLE_POLLS = 3;

/** A Redis master and its replica, in one folder. */
export class RedisPair {
  private constructor(
    readonly folder: string,
    private readonly cleanup: CleanupProcess,
    public master: RedisProcess,
    public replica: RedisProcess,
  ) {}

  static async start(): Promise<RedisPair> {
    const folder = mkdtempSync(join(tmpdir(), 'repid-stress-'));
    const cleanup = new CleanupProcess(folder);
    const master = await RedisProcess.start(join(folder, 'redis-1'), cleanup);
    const replica = await RedisProcess.start(join(folder, 'redis-2'), cleanup);
    await replica.control.replicaof('127.0.0.1', master.port);
    return new RedisPair(folder, cleanup, master, replica);
  }

  /**
   * Promotes the replica without data loss: the proxy holds client data until the replica is synchronised. The old master
   * becomes its replica: it refuses writes of clients that are still connected to it with READONLY, and serves stale reads.
   *
   * @param options.cut whether to cut all connections
   * @param options.lag how long the old master receives no updates, in milliseconds
   */
  async failover(proxy: Proxy, { cut, lag }: { cut: boolean; lag: number }): Promise<void> {
    await this.waitForHealthyReplica();
    proxy.hold();
    try {
      await this.waitForSyncedReplica();
      // As Sentinel does, close connections from an earlier time as master: their data in transit is outdated.
      await this.replica.control.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await this.replica.control.replicaof('NO', 'ONE');
      await this.master.control.replicaof('127.0.0.1', UNUSED_PORT);
      [this.master, this.replica] = [this.replica, this.master];
      proxy.target = this.master.port;
      if (cut) proxy.cutAll();
    } finally {
      proxy.release();
    }
    await sleep(lag);
    await this.replica.control.replicaof('127.0.0.1', this.master.port);
  }

  async stop(): Promise<void> {
    await Promise.all([this.master.stop(), this.replica.stop()]);
    this.cleanup.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As `stop()`, but keeps the folder for inspection. */
  async stopAndKeepFolder(): Promise<void> {
    this.cleanup.keepFolder();
    await Promise.all([this.master.stop(), this.replica.stop()]);
    this.cleanup.end();
  }

  /** Waits until the replica is connected and its append-only file is complete: a full synchronisation rewrites the file. */
  private async waitForHealthyReplica(): Promise<void> {
    const { replica } = this;
    const isHealthy = async (): Promise<boolean> => {
      const persistence = await replica.control.info('persistence');
      const expected = ['aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0', 'aof_last_bgrewrite_status:ok'];
      if (!expected.every((fact) => persistence.includes(fact))) return false;
      return (await replica.info('replication', 'master_link_status')) === 'up';
    };
    await until(isHealthy, { description: 'the replica is connected', timeout: SYNC_TIMEOUT });
  }

  private async waitForSyncedReplica(): Promise<void> {
    let [lastOffset, stablePolls] = ['', 0];
    const isSynced = async (): Promise<boolean> => {
      const offset = await this.master.info('replication', 'master_repl_offset');
      const isSame = offset === lastOffset && (await this.replica.info('replication', 'slave_repl_offset')) === offset;
      stablePolls = isSame ? stablePolls + 1 : 0;
      lastOffset = offset;
      return stablePolls >= STABLE_POLLS;
    };
    await until(isSynced, { description: 'the replica is synchronised', timeout: SYNC_TIMEOUT, interval: 30 });
  }
}
