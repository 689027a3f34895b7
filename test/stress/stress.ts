import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { injectFaults } from './chaos.js';
import { Client } from './client.js';
import type { Evidence, Finding } from './evidence.js';
import { Fleet } from './fleet.js';
import { gather } from './gather.js';
import { leftOvers, untilDrained } from './left-over.js';
import type { StressOptions } from './options.js';
import { RedisPair } from './pair.js';
import { Proxy } from './proxy.js';
import { Random, range } from './random.js';
import { Witness } from './witness.js';
import { Cancels } from './workloads/cancels.js';
import { Chains } from './workloads/chains.js';
import { FanIns } from './workloads/fan-ins.js';
import { Hung } from './workloads/hung.js';
import { Notes } from './workloads/notes.js';
import { Orders } from './workloads/orders.js';
import { POISONED, Risky } from './workloads/risky.js';
import { RISKY, TWINS, WORK, type Workload } from './workloads/workload.js';

/** Worker processes at work at any time: for what may kill them, and for all else. */
const RISKY_WORKERS = 2;
const WORKERS = 3;

/** Jobs that one of those for all else runs at once. */
const CONCURRENCY = 25;

/** How long a client may take to give up a half-open connection, in milliseconds. */
const NOTICED_WITHIN = 30_000;

const CHANNELS = [WORK, ...TWINS, RISKY];

/** One run: a Redis with a replica, a proxy before it, workers, a client, and what they do. */
export class Stress {
  private evidence: Evidence | undefined;
  private readonly begun = performance.now();

  private constructor(
    private readonly options: StressOptions,
    private readonly redis: RedisPair,
    private readonly proxy: Proxy,
    private readonly fleet: Fleet,
    private readonly riskyFleet: Fleet,
    private readonly client: Client,
    private readonly workloads: readonly Workload[],
    private readonly witness: Witness,
  ) {}

  static async start(options: StressOptions): Promise<Stress> {
    const redis = await RedisPair.start();
    const proxy = new Proxy(redis.master.port);
    const urls = await openDoors(proxy, 1 + WORKERS + RISKY_WORKERS);
    const files = { witness: join(redis.folder, 'runs.log'), log: join(redis.folder, 'workers.log') };
    writeFileSync(files.witness, '');
    const witness = new Witness(files.witness);
    const client = new Client(urls[0]!);
    return new Stress(
      ...([options, redis, proxy] as const),
      fleetOf(urls.slice(1, 1 + WORKERS), files),
      riskyFleetOf(urls.slice(1 + WORKERS), files, options.riskyOwnership),
      ...([client, workloadsOf(client, options), witness] as const),
    );
  }

  /** Where the processes write what they have to say. */
  get folder(): string {
    return this.redis.folder;
  }

  /** Does all of it; returns what is not as it should be. Rejects where it takes too long. */
  async run(): Promise<Finding[]> {
    this.witness.watchProcess();
    const { workloads, redis, proxy, fleet, options } = this;
    const { faults, seed, limit } = options;
    const doors = range(1 + WORKERS);
    const errors = await injectFaults({ faults, random: new Random(seed), redis, proxy, doors, fleet, workloads });
    const kept = await proxy.halfOpenKept(NOTICED_WITHIN);
    await untilDrained(redis.master.control, CHANNELS, limit - (performance.now() - this.begun));
    return this.look(kept, errors);
  }

  /** What was done, and what was done against it. */
  counts(): Record<string, number> {
    const { amounts, faults } = this.options;
    return {
      ...{ chains: amounts.chains, 'fan-ins': amounts.fanIns, cancels: amounts.cancels, 'poison jobs': amounts.poison },
      ...{ 'jobs done': this.evidence?.jobsDone ?? 0, 'runs repeated': this.evidence?.runsRepeated ?? 0 },
      ...{ kills: this.fleet.kills, 'workers poisoned': this.riskyFleet.ended },
      ...{ 'redis paused': faults.pauses, 'redis restarted': faults.restarts, 'redis full': faults.fills },
      ...{ failovers: faults.failovers + faults.silentFailovers, 'connections cut': this.proxy.cut },
      ...{ 'connections left half-open': this.proxy.halfOpened.length, 'calls made again': this.client.unavailable },
      seconds: Math.round((performance.now() - this.begun) / 1_000),
    };
  }

  async stop({ keepFolder }: { keepFolder: boolean }): Promise<void> {
    this.proxy.stop();
    await Promise.all([this.fleet.stop(), this.riskyFleet.stop(), this.client.close().catch(() => undefined)]);
    await (keepFolder ? this.redis.stopAndKeepFolder() : this.redis.stop());
  }

  private async look(halfOpenKept: number, errors: readonly unknown[]): Promise<Finding[]> {
    const { control } = this.redis.master;
    const sightings = this.witness.read();
    const evidence = await gather(control, CHANNELS, sightings);
    this.evidence = evidence;
    const left = await leftOvers(control, CHANNELS);
    const seen = (sight: string): string[] => sightings.filter((one) => one.sight === sight).map(({ text }) => text);
    return [
      ...this.workloads.flatMap((workload) => workload.findings(evidence)),
      ...findingsOf('results wrong', seen('wrong')),
      ...findingsOf('ends not told', this.client.notTold),
      ...findingsOf(
        'half-open connections kept',
        range(halfOpenKept).map(() => 'by its client'),
      ),
      ...findingsOf('left over', left),
      ...findingsOf('workers died', [...this.fleet.deaths, ...this.riskyFleet.deaths]),
      ...findingsOf('unhandled rejections', seen('unhandled')),
      ...findingsOf('unexpected errors', [...errors.map(String), ...seen('warning')]),
    ];
  }
}

function findingsOf(kind: Finding['kind'], texts: readonly string[]): Finding[] {
  return texts.map((text) => ({ kind, text }));
}

async function openDoors(proxy: Proxy, count: number): Promise<string[]> {
  const urls: string[] = [];
  while (urls.length < count) urls.push(await proxy.open());
  return urls;
}

interface Files {
  readonly witness: string;
  readonly log: string;
}

function fleetOf(urls: readonly string[], { witness, log }: Files): Fleet {
  return new Fleet({ urls, log, settings: { witness, role: 'common', concurrency: CONCURRENCY } });
}

/** Of workers with the defaults, so far as time allows. */
function riskyFleetOf(urls: readonly string[], { witness, log }: Files, ownershipTime: number): Fleet {
  const mayEnd = (code: number | null, signal: NodeJS.Signals | null): boolean =>
    code === POISONED || signal === 'SIGABRT';
  return new Fleet({ urls, log, mayEnd, settings: { witness, role: 'risky', ownershipTime, maxDeliveries: 5 } });
}

function workloadsOf(client: Client, { amounts, seed }: StressOptions): Workload[] {
  return [
    new Chains(client, amounts.chains),
    new FanIns(client, amounts.fanIns),
    new Orders(client, amounts.orders),
    new Notes(client, amounts.notes),
    new Hung(client, amounts.limited),
    new Cancels(client, amounts.cancels, new Random(seed + 1)),
    new Risky(client, amounts.risky, amounts.poison),
  ];
}
