import {
  AdjustableClock,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
  type BucketBroker,
  Repid,
} from '@repid/core';
import { CHANNELS, type Plan } from '../plan/plan.js';
import { EventMonitor, startProcess } from './worker-process.js';
import type { ExpectedBuckets, World } from './world.js';

const OWNERSHIP_TIME = 1_000;
const RESULT_TTL = 24 * 60 * 60_000;
/** More than any plan needs. */
const MOST_STEPS = 1_000;
const TIMES = { retryDelay: 100, deferral: 500, period: 5_000, timeLimit: 400, pollInterval: 0 };

/** Creates an in-memory world with an adjustable clock. */
export function memoryWorld({ workers, clientStrikes }: Plan): World {
  const clock = new AdjustableClock();
  const { maxDeliveries } = workers;
  const broker = new InMemoryMessageBroker({ clock, ownershipTime: OWNERSHIP_TIME, maxDeliveries });
  const buckets = new InMemoryBucketBroker({ clock });
  const { listener } = new EventMonitor(workers.hasBadListener);
  const connect = (messages: MessageBroker, bucketBroker: BucketBroker): Repid =>
    new Repid({
      messageBroker: messages,
      argsBucketBroker: bucketBroker,
      resultsBucketBroker: bucketBroker,
      onEvent: listener,
    });
  const observer = connect(broker, buckets);
  return {
    client: startProcess(clientStrikes, broker, buckets, connect).repid,
    observer,
    stalled: broker,
    channels: Array.from({ length: CHANNELS }, (_, n) => `channel${n}`),
    name: 'job',
    times: TIMES,
    timeout: '1h',
    lateStarts: 1,
    now: () => clock.now(),
    startProcess: (strikes) => startProcess(strikes, broker, buckets, connect),
    hasLostOwnership: () => false,
    until: (coming) => advanceUntil(clock, coming),
    leftovers: (expected) => leftovers({ clock, broker, buckets }, expected),
    close: () => observer.disconnect(),
  };
}

async function advanceUntil<T>(clock: AdjustableClock, coming: Promise<T>): Promise<T> {
  let isDone = false;
  const settled = coming.finally(() => (isDone = true));
  settled.catch(() => {});
  for (let step = 0; step < MOST_STEPS && !isDone; step += 1) await clock.advance(step < 3 ? 1 : OWNERSHIP_TIME);
  if (!isDone) throw new Error(`Something has not ended within ${MOST_STEPS} times the ownership.`);
  return settled;
}

interface MemoryBrokers {
  readonly clock: AdjustableClock;
  readonly broker: InMemoryMessageBroker;
  readonly buckets: InMemoryBucketBroker;
}

async function leftovers({ clock, broker, buckets }: MemoryBrokers, expected: ExpectedBuckets): Promise<string[]> {
  const { results, named } = expected;
  const found: string[] = [];
  const own = [...expected.own.values()].reduce((sum, count) => sum + count, 0);
  const all = results.size + named.size + own;
  if (buckets.contents.size !== all) found.push(`${buckets.contents.size} buckets are left of ${all}`);
  for (const id of results) {
    const waiters = await broker.waiters(id);
    if (waiters.length > 0) found.push(`${waiters.map(({ jobId }) => jobId).join(', ')} still need bucket ${id}`);
  }
  await clock.advance(RESULT_TTL);
  const lasting = (await buckets.get([...results])).filter((body) => body !== undefined).length;
  if (lasting > 0) found.push(`${lasting} results never expire`);
  const lost = (await buckets.get([...named])).filter((body) => body === undefined).length;
  if (lost > 0) found.push(`${lost} named arguments buckets are gone`);
  return found;
}
