import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from './guard.js';
import type { Proxy } from './proxy.js';
import { RedisServer } from './redis.js';
import { until } from './until.js';

/** A port where no server is. */
const NOBODY = 1;

/** How long the replica may take to catch up, in milliseconds. */
const CATCH_UP = 30_000;

/** So many looks in a row at both must find that nothing moves. */
const QUIET_LOOKS = 3;

/** A master of Redis and its replica, in one folder. */
export class RedisPair {
  private constructor(
    readonly folder: string,
    private readonly guard: Guard,
    /** The one that takes writes. */
    public master: RedisServer,
    public replica: RedisServer,
  ) {}

  static async start(): Promise<RedisPair> {
    const folder = mkdtempSync(join(tmpdir(), 'repid-stress-'));
    const guard = new Guard(folder);
    const master = await RedisServer.start(join(folder, 'redis-1'), guard);
    const replica = await RedisServer.start(join(folder, 'redis-2'), guard);
    await replica.control.replicaof('127.0.0.1', master.port);
    return new RedisPair(folder, guard, master, replica);
  }

  /**
   * Makes the replica the master, losing nothing: what clients send is held back until it has all that the master has.
   * The old master becomes its replica: who is still connected to it is refused by READONLY, and reads what was there before.
   *
   * @param options.cut whether connections are cut
   * @param options.lag how long the old master gets nothing of what is new, in milliseconds
   */
  async failover(proxy: Proxy, { cut, lag }: { cut: boolean; lag: number }): Promise<void> {
    await this.isReplicaSound();
    proxy.hold();
    try {
      await this.isReplicaEqual();
      // Connections of the time when it was the master before are ended, as Sentinel ends them: what is on its way over them is past.
      await this.replica.control.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await this.replica.control.replicaof('NO', 'ONE');
      await this.master.control.replicaof('127.0.0.1', NOBODY);
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
    this.guard.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As `stop`, but the folder stays, for somebody to look at. */
  async stopAndKeepFolder(): Promise<void> {
    this.guard.keepFolder();
    await Promise.all([this.master.stop(), this.replica.stop()]);
    this.guard.end();
  }

  /** It is connected, and its append-only file is whole: after a full synchronisation it is written anew for a while. */
  private async isReplicaSound(): Promise<void> {
    const { replica } = this;
    const isSound = async (): Promise<boolean> => {
      const persistence = await replica.control.info('persistence');
      const isWhole = ['aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0', 'aof_last_bgrewrite_status:ok'];
      if (!isWhole.every((fact) => persistence.includes(fact))) return false;
      return (await replica.info('replication', 'master_link_status')) === 'up';
    };
    await until(isSound, { what: 'the replica is connected', limit: CATCH_UP });
  }

  private async isReplicaEqual(): Promise<void> {
    let [last, quiet] = ['', 0];
    const isEqual = async (): Promise<boolean> => {
      const offset = await this.master.info('replication', 'master_repl_offset');
      const isSame = offset === last && (await this.replica.info('replication', 'slave_repl_offset')) === offset;
      quiet = isSame ? quiet + 1 : 0;
      last = offset;
      return quiet >= QUIET_LOOKS;
    };
    await until(isEqual, { what: 'the replica has all that the master has', limit: CATCH_UP, every: 30 });
  }
}
