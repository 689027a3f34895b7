import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import type { Faults } from './options.js';
import type { RedisPair } from './pair.js';
import type { Proxy } from './proxy.js';
import { type Random, range } from './random.js';
import type { Workload } from './workloads/workload.js';

/** All that a run is made of. */
export interface ChaosContext {
  readonly faults: Faults;
  readonly random: Random;
  readonly redis: RedisPair;
  readonly proxy: Proxy;
  /** The doors of the processes whose connections are cut again and again; the first is that of clients. */
  readonly doors: readonly number[];
  readonly fleet: Fleet;
  readonly workloads: readonly Workload[];
}

/** Over how long the work of a round is spread, in milliseconds. */
const SPREAD = 1_500;

type Fault = (context: ChaosContext) => Promise<void>;

/**
 * In each round a slice of the work is enqueued, and a worker is killed while it works; in some more goes wrong. Returns the
 * errors of those who enqueue. Rejects where something that is to go wrong does not.
 */
export async function injectFaults(context: ChaosContext): Promise<unknown[]> {
  const rounds = context.faults.kills;
  await context.fleet.untilReady();
  const schedule = scheduleOf(context, rounds);
  const [work, lasting]: [Promise<void>[], Promise<void>[]] = [[], []];
  for (const round of range(rounds)) {
    work.push(...enqueueSlice(context, round));
    await harm(context, schedule[round]!, lasting);
  }
  await Promise.all(lasting);
  return (await Promise.allSettled(work)).flatMap((task) => (task.status === 'rejected' ? [task.reason] : []));
}

/** While what goes wrong in the round does so. */
function enqueueSlice({ workloads, random, faults }: ChaosContext, round: number): Promise<void>[] {
  return workloads.flatMap((workload) => {
    const roundOf = (n: number): number => workload.roundOf?.(n, faults.kills) ?? n % faults.kills;
    const slice = range(workload.amount).filter((n) => roundOf(n) === round);
    return slice.map((n) => watched(sleep(random.between(0, SPREAD)).then(() => workload.enqueue(n))));
  });
}

async function harm(context: ChaosContext, faults: readonly Fault[], lasting: Promise<void>[]): Promise<void> {
  const { random, proxy, fleet } = context;
  await sleep(random.between(50, 500));
  if (random.next() < 0.5) proxy.cutSome(random.between(1, 8), random);
  const begun = faults.map((fault) => watched(fault(context)));
  lasting.push(...begun);
  await sleep(random.between(0, 200));
  await fleet.killOne(random);
  // What happens to Redis happens one after the other.
  await begun[0];
}

/** For each round what happens to Redis in it, and then what happens to connections. */
function scheduleOf({ faults, random }: ChaosContext, rounds: number): Fault[][] {
  const toRedis = [
    ...repeat(faults.pauses, pauseRedis),
    ...repeat(faults.restarts, restartRedis),
    ...repeat(faults.fills, fillRedis),
    ...repeat(faults.failovers, failover),
    ...repeat(faults.silentFailovers, failoverSilently),
  ];
  const schedule: Fault[][] = range(rounds).map(() => [nothing]);
  const chosen = [...random.choose(toRedis.length, rounds)];
  toRedis.forEach((fault, n) => (schedule[chosen[n]!]![0] = fault));
  // Half-open connections are to be noticed while there is work.
  for (const round of random.choose(faults.halfOpens, Math.ceil(rounds / 2))) schedule[round]!.push(leaveHalfOpen);
  for (const round of random.choose(faults.flaps, rounds)) schedule[round]!.push(flap);
  return schedule;
}

const nothing: Fault = async () => undefined;
const pauseRedis: Fault = ({ redis, random, faults }) =>
  redis.master.pause(random.between(faults.pauseTime / 2, faults.pauseTime));
const restartRedis: Fault = ({ redis, random }) => redis.master.restart(random.pick(['SIGTERM', 'SIGKILL']));
const fillRedis: Fault = ({ redis, random }) => redis.master.fill(random.between(1_000, 3_000));
const failover: Fault = ({ redis, proxy }) => redis.failover(proxy, { cut: true, lag: 0 });
const failoverSilently: Fault = ({ redis, proxy, random }) =>
  redis.failover(proxy, { cut: false, lag: random.between(500, 2_500) });
const leaveHalfOpen: Fault = async ({ proxy, random, doors }) => {
  proxy.halfOpen(random.between(3, 8), random);
  // What clients have sent is what may be sent twice.
  proxy.halfOpen(2, random, { door: doors[0], faults: ['late', 'to-client'] });
};
const flap: Fault = ({ proxy, doors, random }) => proxy.flap(random.pick(doors), random.between(1_000, 4_000), random);

function repeat(times: number, fault: Fault): Fault[] {
  return Array.from({ length: times }, () => fault);
}

/** It may fail before somebody awaits it. */
function watched<Result>(task: Promise<Result>): Promise<Result> {
  task.catch(() => undefined);
  return task;
}
