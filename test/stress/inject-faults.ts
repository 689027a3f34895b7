import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCounts } from './options.js';
import type { Proxy } from './proxy.js';
import { type Random, range } from './random.js';
import type { RedisPair } from './redis-pair.js';
import type { WorkerPool } from './worker-pool.js';
import type { Workload } from './workloads/workload.js';

/** What `injectFaults` works on. */
export interface ChaosContext {
  readonly faults: FaultCounts;
  readonly random: Random;
  readonly redis: RedisPair;
  readonly proxy: Proxy;
  /** Indexes of the proxy ports whose connections are cut repeatedly. The first is the client's. */
  readonly proxyPorts: readonly number[];
  readonly pool: WorkerPool;
  readonly workloads: readonly Workload[];
}

/** Time over which the work of a round is enqueued, in milliseconds. */
const ENQUEUE_SPREAD = 1_500;

type Fault = (context: ChaosContext) => Promise<void>;

/**
 * Runs one round per worker to kill. Each round enqueues a slice of the work and kills a worker; some rounds inject more
 * faults. Returns the errors of enqueueing. Rejects if a fault cannot be injected.
 */
export async function injectFaults(context: ChaosContext): Promise<unknown[]> {
  const rounds = context.faults.kills;
  await context.pool.untilReady();
  const schedule = scheduleOf(context, rounds);
  const [work, running]: [Promise<void>[], Promise<void>[]] = [[], []];
  for (const round of range(rounds)) {
    work.push(...enqueueSlice(context, round));
    await injectRoundFaults(context, schedule[round]!, running);
  }
  await Promise.all(running);
  return (await Promise.allSettled(work)).flatMap((task) => (task.status === 'rejected' ? [task.reason] : []));
}

/** Enqueues the work of a round in the background. */
function enqueueSlice({ workloads, random, faults }: ChaosContext, round: number): Promise<void>[] {
  return workloads.flatMap((workload) => {
    const roundOf = (n: number): number => workload.roundOf?.(n, faults.kills) ?? n % faults.kills;
    const slice = range(workload.count).filter((n) => roundOf(n) === round);
    return slice.map((n) => withCatch(sleep(random.between(0, ENQUEUE_SPREAD)).then(() => workload.enqueue(n))));
  });
}

async function injectRoundFaults(
  context: ChaosContext,
  faults: readonly Fault[],
  running: Promise<void>[],
): Promise<void> {
  const { random, proxy, pool } = context;
  await sleep(random.between(50, 500));
  if (random.next() < 0.5) proxy.cutSome(random.between(1, 8), random);
  const started = faults.map((fault) => withCatch(fault(context)));
  running.push(...started);
  await sleep(random.between(0, 200));
  await pool.killOne(random);
  // Faults of Redis itself must not overlap.
  await started[0];
}

/** Returns the faults of each round: first one of Redis, then those of connections. */
function scheduleOf({ faults, random }: ChaosContext, rounds: number): Fault[][] {
  const redisFaults = [
    ...repeat(faults.pauses, pauseRedis),
    ...repeat(faults.restarts, restartRedis),
    ...repeat(faults.fills, fillRedis),
    ...repeat(faults.failovers, failover),
    ...repeat(faults.silentFailovers, failoverSilently),
  ];
  const schedule: Fault[][] = range(rounds).map(() => [noFault]);
  const chosen = [...random.choose(redisFaults.length, rounds)];
  redisFaults.forEach((fault, n) => (schedule[chosen[n]!]![0] = fault));
  // Clients must detect half-open connections while there is work.
  for (const round of random.choose(faults.halfOpens, Math.ceil(rounds / 2))) schedule[round]!.push(halfOpenSome);
  for (const round of random.choose(faults.flaps, rounds)) schedule[round]!.push(flap);
  return schedule;
}

const noFault: Fault = async () => undefined;
const pauseRedis: Fault = ({ redis, random, faults }) =>
  redis.master.pause(random.between(faults.pauseTime / 2, faults.pauseTime));
const restartRedis: Fault = ({ redis, random }) => redis.master.restart(random.pick(['SIGTERM', 'SIGKILL']));
const fillRedis: Fault = ({ redis, random }) => redis.master.fill(random.between(1_000, 3_000));
const failover: Fault = ({ redis, proxy }) => redis.failover(proxy, { cut: true, lag: 0 });
const failoverSilently: Fault = ({ redis, proxy, random }) =>
  redis.failover(proxy, { cut: false, lag: random.between(500, 2_500) });
const halfOpenSome: Fault = async ({ proxy, random, proxyPorts }) => {
  proxy.halfOpen(random.between(3, 8), random);
  // The client's publications are those that could be duplicated.
  proxy.halfOpen(2, random, { port: proxyPorts[0], modes: ['late', 'to-client'] });
};
const flap: Fault = ({ proxy, proxyPorts, random }) =>
  proxy.flap(random.pick(proxyPorts), random.between(1_000, 4_000), random);

function repeat(times: number, fault: Fault): Fault[] {
  return Array.from({ length: times }, () => fault);
}

/** Prevents an unhandled rejection if the task fails before it is awaited. */
function withCatch<Result>(task: Promise<Result>): Promise<Result> {
  task.catch(() => undefined);
  return task;
}
