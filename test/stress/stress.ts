import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { injectFaults } from './inject-faults.js';
import { Client } from './client.js';
import type { Observations, Finding } from './observations.js';
import { WorkerPool } from './worker-pool.js';
import { readObservations } from './read-observations.js';
import { findLeftovers, waitUntilDrained } from './leftovers.js';
import type { StressOptions } from './options.js';
import { RedisPair } from './redis-pair.js';
import { Proxy } from './proxy.js';
import { Random, range } from './random.js';
import { type LogEntryType, RunLog } from './run-log.js';
import { Cancellations } from './workloads/cancels.js';
import { Chains } from './workloads/chains.js';
import { FanIns } from './workloads/fan-ins.js';
import { HungJobs } from './workloads/hung-jobs.js';
import { Notes } from './workloads/notes.js';
import { Orders } from './workloads/orders.js';
import { POISON_EXIT_CODE, PoisonJobs } from './workloads/poison-jobs.js';
import { POISON, CHANNEL_PAIR, WORK, type Workload } from './workloads/workload.js';

/** Number of worker processes for the channel of poison jobs, and for all other channels. */
const POISON_WORKERS = 2;
const WORKERS = 3;

/** Concurrency of a worker for the other channels. */
const CONCURRENCY = 25;

/** How long a client may take to close a half-open connection, in milliseconds. */
const DETECTION_TIMEOUT = 30_000;

const CHANNELS = [WORK, ...CHANNEL_PAIR, POISON];

/** One run: a Redis with a replica, a proxy, workers, a client, and the workloads. */
export class Stress {
  private observations: Observations | undefined;
  private readonly startedAt = performance.now();

  private constructor(
    private readonly options: StressOptions,
    private readonly redis: RedisPair,
    private readonly proxy: Proxy,
    private readonly pool: WorkerPool,
    private readonly poisonPool: WorkerPool,
    private readonly client: Client,
    private readonly workloads: readonly Workload[],
    private readonly runLog: RunLog,
  ) {}

  static async start(options: StressOptions): Promise<Stress> {
    const redis = await RedisPair.start();
    const proxy = new Proxy(redis.master.port);
    const urls = await openPorts(proxy, 1 + WORKERS + POISON_WORKERS);
    const files: LogFiles = { runLog: join(redis.folder, 'runs.log'), workerLog: join(redis.folder, 'workers.log') };
    writeFileSync(files.runLog, '');
    const runLog = new RunLog(files.runLog);
    const client = new Client(urls[0]!);
    return new Stress(
      ...([options, redis, proxy] as const),
      commonPoolAt(urls.slice(1, 1 + WORKERS), files),
      poisonPoolAt(urls.slice(1 + WORKERS), files, options.poisonOwnershipTime),
      ...([client, workloadsOf(client, options), runLog] as const),
    );
  }

  /** The folder of all files of the run. */
  get folder(): string {
    return this.redis.folder;
  }

  /** Runs the work and injects the faults. Returns the findings. Rejects if a fault cannot be injected. */
  async run(): Promise<Finding[]> {
    this.runLog.watchProcess();
    const { workloads, redis, proxy, pool, options } = this;
    const { faults, seed, limit } = options;
    const proxyPorts = range(1 + WORKERS);
    const errors = await injectFaults({ faults, random: new Random(seed), redis, proxy, proxyPorts, pool, workloads });
    const keptOpen = await proxy.halfOpenKept(DETECTION_TIMEOUT);
    await waitUntilDrained(redis.master.control, CHANNELS, limit - (performance.now() - this.startedAt));
    return this.collectFindings(keptOpen, errors);
  }

  /** Returns the counts of work and faults. */
  counts(): Record<string, number> {
    const { work, faults } = this.options;
    return {
      ...{ chains: work.chains, 'fan-ins': work.fanIns, cancels: work.cancels, 'poison jobs': work.poison },
      ...{ 'jobs done': this.observations?.settledJobs ?? 0, 'runs repeated': this.observations?.repeatedRuns ?? 0 },
      ...{ kills: this.pool.kills, 'workers killed by poison jobs': this.poisonPool.expectedExits },
      ...{ 'redis paused': faults.pauses, 'redis restarted': faults.restarts, 'redis full': faults.fills },
      ...{ failovers: faults.failovers + faults.silentFailovers, 'connections cut': this.proxy.cut },
      ...{ 'connections made half-open': this.proxy.halfOpened.length, 'calls retried': this.client.retries },
      seconds: Math.round((performance.now() - this.startedAt) / 1_000),
    };
  }

  async stop({ keepFolder }: { keepFolder: boolean }): Promise<void> {
    this.proxy.stop();
    await Promise.all([this.pool.stop(), this.poisonPool.stop(), this.client.close().catch(() => undefined)]);
    await (keepFolder ? this.redis.stopAndKeepFolder() : this.redis.stop());
  }

  private async collectFindings(halfOpenKept: number, errors: readonly unknown[]): Promise<Finding[]> {
    const { control } = this.redis.master;
    const entries = this.runLog.read();
    const observations = await readObservations(control, CHANNELS, entries);
    this.observations = observations;
    const leftovers = await findLeftovers(control, CHANNELS);
    const logged = (type: LogEntryType): string[] =>
      entries.filter((entry) => entry.type === type).map(({ text }) => text);
    return [
      ...this.workloads.flatMap((workload) => workload.findings(observations)),
      ...findingsOf('wrong results', logged('violation')),
      ...findingsOf('results not delivered', this.client.missedResults),
      ...findingsOf(
        'half-open connections kept',
        range(halfOpenKept).map(() => 'not closed by its client'),
      ),
      ...findingsOf('leftover keys', leftovers),
      ...findingsOf('workers died', [...this.pool.unexpectedExits, ...this.poisonPool.unexpectedExits]),
      ...findingsOf('unhandled rejections', logged('unhandled')),
      ...findingsOf('unexpected errors', [...errors.map(String), ...logged('warning')]),
    ];
  }
}

function findingsOf(kind: Finding['kind'], texts: readonly string[]): Finding[] {
  return texts.map((text) => ({ kind, text }));
}

async function openPorts(proxy: Proxy, count: number): Promise<string[]> {
  const urls: string[] = [];
  while (urls.length < count) urls.push(await proxy.openPort());
  return urls;
}

/** Paths of the files that processes write. */
interface LogFiles {
  readonly runLog: string;
  readonly workerLog: string;
}

function commonPoolAt(urls: readonly string[], { runLog, workerLog: log }: LogFiles): WorkerPool {
  return new WorkerPool({ urls, log, settings: { runLog, role: 'common', concurrency: CONCURRENCY } });
}

/** Uses the defaults of options, except for a shorter ownership time. */
function poisonPoolAt(
  urls: readonly string[],
  { runLog, workerLog: log }: LogFiles,
  ownershipTime: number,
): WorkerPool {
  const isExpectedExit = (code: number | null, signal: NodeJS.Signals | null): boolean =>
    code === POISON_EXIT_CODE || signal === 'SIGABRT';
  return new WorkerPool({
    urls,
    log,
    isExpectedExit,
    settings: { runLog, role: 'poison', ownershipTime, maxDeliveries: 5 },
  });
}

function workloadsOf(client: Client, { work, seed }: StressOptions): Workload[] {
  return [
    new Chains(client, work.chains),
    new FanIns(client, work.fanIns),
    new Orders(client, work.orders),
    new Notes(client, work.notes),
    new HungJobs(client, work.limited),
    new Cancellations(client, work.cancels, new Random(seed + 1)),
    new PoisonJobs(client, work.withPoison, work.poison),
  ];
}
