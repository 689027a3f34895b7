import type { Job } from '@repid/core';
import { FAULT_MOMENTS, type FaultMoment, Faults, type FaultyCall } from '@repid/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { AUDIT, byCallback, byDependency, type Chain } from './chains.js';
import { inMemory, onRedis, type Environment } from './environment.js';
import { Process } from './process.js';

/** A broker call that fails: its ordinal among the calls of its name, the moment, and whether the process crashes. */
interface CrashPoint {
  readonly call: FaultyCall;
  readonly nth: number;
  readonly moment: FaultMoment;
  readonly fatal: boolean;
}

const WRITES: readonly FaultyCall[] = ['settle', 'store', 'publish'];
const READS: readonly FaultyCall[] = ['receive', 'extend', 'get'];

const ENVIRONMENTS: { where: string; calls: readonly FaultyCall[]; makeEnvironment: () => Environment }[] = [
  { where: 'in memory', calls: [...WRITES, ...READS], makeEnvironment: inMemory },
  // Failed reads affect only the worker, whatever the broker.
  { where: 'on Redis', calls: WRITES, makeEnvironment: () => onRedis(server.url, server.uniquePrefix()) },
];

const KINDS = [
  { kind: 'a broker that settles atomically', isAtomic: true },
  { kind: 'a broker that settles step by step', isAtomic: false },
];

let server: TestRedis;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.stop());

describe.each(ENVIRONMENTS)('A chain $where', ({ calls, makeEnvironment }) => {
  describe.each(KINDS)('over $kind', ({ isAtomic }) => {
    describe.each([byCallback, byDependency])('$name', async (chain) => {
      const points = (await pointsOf(chain, isAtomic)).filter(({ call }) => calls.includes(call));
      it.concurrent.each(points)(
        'loses no link if $call number $nth fails $moment it is done; process crashes: $fatal',
        async (point) => {
          const outcome = await runChain(makeEnvironment(), chain, isAtomic, point);
          expect(outcome.result).toMatchObject({ success: true, data: chain.result.value });
          expect(outcome.deadLetters).toEqual([]);
          // Plain messages are not deduplicated: if a settlement is not atomic, they may be published twice.
          expect((isAtomic ? outcome.settled : [...new Set(outcome.settled)]).toSorted()).toEqual(chain.steps);
        },
      );
    });
  });
});

/** Returns a crash point for each broker call of a run without faults. */
async function pointsOf(chain: Chain, isAtomic: boolean): Promise<CrashPoint[]> {
  const faults = new Faults();
  await runChain(inMemory(), chain, isAtomic, undefined, faults);
  const made = new Map<FaultyCall, number>();
  const points: CrashPoint[] = [];
  for (const call of faults.calls) {
    const nth = (made.get(call) ?? 0) + 1;
    made.set(call, nth);
    for (const moment of FAULT_MOMENTS) for (const fatal of [false, true]) points.push({ call, nth, moment, fatal });
  }
  return points;
}

/** Runs the chain with one fault, and returns its outcome. */
async function runChain(
  environment: Environment,
  chain: Chain,
  isAtomic: boolean,
  point?: CrashPoint,
  faults = new Faults(),
) {
  if (point) faults.strike(point.call, point.moment, { skip: point.nth - 1, fatal: point.fatal });
  const client = new Process(environment, chain, { isAtomic: true });
  const first = new Process(environment, chain, { isAtomic, faults });
  const second = new Process(environment, chain, { isAtomic });
  try {
    await client.repid.enqueue(chain.jobs(client.repid) as Job[]);
    first.start();
    await environment.until(async () => faults.isDead || (await isOver(client, chain)));
    if (faults.isDead) second.start();
    await environment.until(() => isOver(client, chain));
    return await readOutcome(client, chain);
  } finally {
    await Promise.all([first, second, client].map((each) => each.end()));
  }
}

/** Returns true if the result exists and no message is left. */
async function isOver({ repid }: Process, chain: Chain): Promise<boolean> {
  if ((await resultOf(repid, chain)) === undefined) return false;
  const stats = await Promise.all(chain.channels.map((name) => repid.channel(name).stats()));
  return stats.every(({ queued, delayed, waiting, running }) => queued + delayed + waiting + running === 0);
}

async function readOutcome({ repid }: Process, chain: Chain) {
  const letters = await Promise.all(chain.channels.map((name) => repid.channel(name).deadLetters()));
  const settled = await repid.channel(AUDIT).peek();
  return {
    result: await resultOf(repid, chain),
    deadLetters: letters.flat().map(({ reason }) => reason.message),
    /** The steps whose settlement was committed. */
    settled: settled.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as string),
  };
}

function resultOf(repid: Process['repid'], chain: Chain) {
  return repid.job('any', { resultId: chain.result.id }).result();
}
