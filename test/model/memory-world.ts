import {
  AdjustableClock,
  type BucketBroker,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
  Repid,
} from '@repid/core';
import { Faults, FaultyBucketBroker, FaultyMessageBroker } from '@repid/core/testing';
import type { Plan } from './plan.js';
import type { World } from './world.js';

const OWNERSHIP_TIME = 1_000;
const RESULT_TTL = 24 * 60 * 60_000;
/** More than any plan needs. */
const MOST_STEPS = 300;

/** A world in memory, whose time is moved by hand. */
export function memoryWorld({ strikes }: Plan): World {
  const clock = new AdjustableClock();
  const broker = new InMemoryMessageBroker({ clock, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 });
  const buckets = new InMemoryBucketBroker({ clock });
  const client = connect(broker, buckets);
  const faults = new Faults();
  for (const { call, moment, ...options } of strikes) faults.strike(call, moment, options);
  const faulty = connect(new FaultyMessageBroker(broker, faults), new FaultyBucketBroker(buckets, faults));
  const name = 'graph';
  return {
    client,
    workers: [faulty, connect(broker, buckets)],
    ghost: broker,
    name,
    patience: '1h',
    mayHaveRunTwice: () => strikes.length > 0,
    until: (coming) => advanceUntil(clock, coming),
    leftovers: (jobs, failed) => leftovers({ clock, broker, buckets, name }, jobs, failed),
    close: () => client.disconnect(),
  };
}

function connect(messageBroker: MessageBroker, resultsBucketBroker: BucketBroker): Repid {
  return new Repid({ messageBroker, argsBucketBroker: null, resultsBucketBroker, onEvent: () => {} });
}

async function advanceUntil<T>(clock: AdjustableClock, coming: Promise<T>): Promise<T> {
  let isThere = false;
  const settled = coming.finally(() => (isThere = true));
  settled.catch(() => {});
  for (let step = 0; step < MOST_STEPS && !isThere; step += 1) await clock.advance(step < 3 ? 1 : OWNERSHIP_TIME);
  if (!isThere) throw new Error(`A job has not ended within ${MOST_STEPS} times the ownership.`);
  return settled;
}

interface Places {
  readonly clock: AdjustableClock;
  readonly broker: InMemoryMessageBroker;
  readonly buckets: InMemoryBucketBroker;
  readonly name: string;
}

async function leftovers(
  { clock, broker, buckets, name }: Places,
  jobs: readonly string[],
  failed: number,
): Promise<string[]> {
  const found: string[] = [];
  const stats = await broker.channels.stats(name);
  for (const place of ['queued', 'delayed', 'waiting', 'running'] as const) {
    if (stats[place] > 0) found.push(`${stats[place]} messages are ${place}`);
  }
  if (stats.deadLetters !== failed) found.push(`${stats.deadLetters} dead letters of ${failed} failed jobs`);
  if (buckets.contents.size !== jobs.length) found.push(`${buckets.contents.size} buckets of ${jobs.length} jobs`);
  for (const id of jobs) {
    const waiters = await broker.waiters(id);
    if (waiters.length > 0) found.push(`${waiters.map(({ jobId }) => jobId).join(', ')} still need bucket ${id}`);
  }
  await clock.advance(RESULT_TTL);
  const lasting = (await buckets.get(jobs)).filter((body) => body !== undefined).length;
  if (lasting > 0) found.push(`${lasting} buckets never expire`);
  return found;
}
