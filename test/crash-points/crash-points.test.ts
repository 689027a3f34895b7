import type { Job } from '@repid/core';
import { FAULT_MOMENTS, type FaultMoment, Faults, type FaultyCall } from '@repid/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { AUDIT, byCallback, byDependency, type Chain } from './chains.js';
import { inMemory, onRedis, type Place } from './place.js';
import { Process } from './process.js';

/** A call that fails, the first, second or third of its name; when; and whether the process dies of it. */
interface Point {
  readonly call: FaultyCall;
  readonly nth: number;
  readonly moment: FaultMoment;
  readonly fatal: boolean;
}

const WRITES: readonly FaultyCall[] = ['settle', 'store', 'publish'];
const READS: readonly FaultyCall[] = ['receive', 'extend', 'get'];

const PLACES: { where: string; calls: readonly FaultyCall[]; makePlace: () => Place }[] = [
  { where: 'in memory', calls: [...WRITES, ...READS], makePlace: inMemory },
  // What is read is lost to the worker alone, and that is the same everywhere.
  { where: 'on Redis', calls: WRITES, makePlace: () => onRedis(server.url, server.uniquePrefix()) },
];

const KINDS = [
  { kind: 'a broker that settles in one act', isAtomic: true },
  { kind: 'a broker that settles step by step', isAtomic: false },
];

let server: TestRedis;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.stop());

describe.each(PLACES)('A chain $where', ({ calls, makePlace }) => {
  describe.each(KINDS)('over $kind', ({ isAtomic }) => {
    describe.each([byCallback, byDependency])('$name', async (chain) => {
      const points = (await pointsOf(chain, isAtomic)).filter(({ call }) => calls.includes(call));
      it.concurrent.each(points)(
        'loses no link where $call number $nth fails $moment it is done; its process dies: $fatal',
        async (point) => {
          const left = await whatIsLeft(makePlace(), chain, isAtomic, point);
          expect(left.result).toMatchObject({ success: true, data: chain.result.value });
          expect(left.deadLetters).toEqual([]);
          // Bare messages have no id to know them by: where a step is settled in several acts, they may be there twice.
          expect((isAtomic ? left.settled : [...new Set(left.settled)]).toSorted()).toEqual(chain.steps);
        },
      );
    });
  });
});

/** Every call that the worker of an untroubled chain makes. */
async function pointsOf(chain: Chain, isAtomic: boolean): Promise<Point[]> {
  const faults = new Faults();
  await whatIsLeft(inMemory(), chain, isAtomic, undefined, faults);
  const made = new Map<FaultyCall, number>();
  const points: Point[] = [];
  for (const call of faults.calls) {
    const nth = (made.get(call) ?? 0) + 1;
    made.set(call, nth);
    for (const moment of FAULT_MOMENTS) for (const fatal of [false, true]) points.push({ call, nth, moment, fatal });
  }
  return points;
}

/** Plays the chain with one fault, and looks at the end. */
async function whatIsLeft(place: Place, chain: Chain, isAtomic: boolean, point?: Point, faults = new Faults()) {
  if (point) faults.strike(point.call, point.moment, { skip: point.nth - 1, fatal: point.fatal });
  const client = new Process(place, chain, { isAtomic: true });
  const first = new Process(place, chain, { isAtomic, faults });
  const second = new Process(place, chain, { isAtomic });
  try {
    await client.repid.enqueue(chain.jobs(client.repid) as Job[]);
    first.start();
    await place.until(async () => faults.isDead || (await isOver(client, chain)));
    if (faults.isDead) second.start();
    await place.until(() => isOver(client, chain));
    return await look(client, chain);
  } finally {
    await Promise.all([first, second, client].map((each) => each.end()));
  }
}

/** The result is there, and nothing is on its way. */
async function isOver({ repid }: Process, chain: Chain): Promise<boolean> {
  if ((await resultOf(repid, chain)) === undefined) return false;
  const stats = await Promise.all(chain.channels.map((name) => repid.channel(name).stats()));
  return stats.every(({ queued, delayed, waiting, running }) => queued + delayed + waiting + running === 0);
}

async function look({ repid }: Process, chain: Chain) {
  const letters = await Promise.all(chain.channels.map((name) => repid.channel(name).deadLetters()));
  const settled = await repid.channel(AUDIT).peek();
  return {
    result: await resultOf(repid, chain),
    deadLetters: letters.flat().map(({ reason }) => reason.message),
    /** The steps whose settlements were committed. */
    settled: settled.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as string),
  };
}

function resultOf(repid: Process['repid'], chain: Chain) {
  return repid.job('any', { resultId: chain.result.id }).result();
}
