import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.js';
import type { Fleet } from './fleet.js';
import type { StressOptions } from './options.js';
import type { Proxy } from './proxy.js';
import type { Random } from './random.js';
import type { RedisServer } from './redis.js';
import { range } from './work.js';

/** Everybody who takes part. */
export interface Cast {
  readonly options: StressOptions;
  readonly random: Random;
  readonly redis: RedisServer;
  readonly proxy: Proxy;
  readonly fleet: Fleet;
  readonly client: Client;
}

/** In each round a slice of the work is enqueued, and a worker is killed while it works; in some more goes wrong. */
export async function wreakHavoc(cast: Cast): Promise<void> {
  const { options, random } = cast;
  const rounds = options.kills;
  const pauses = random.choose(options.pauses, rounds);
  const restarts = random.choose(options.restarts, rounds);
  for (const round of range(rounds)) {
    const enqueued = enqueueSlice(cast, round, rounds);
    await Promise.all([enqueued, harm(cast, { isPaused: pauses.has(round), isRestarted: restarts.has(round) })]);
  }
}

async function enqueueSlice({ options, client }: Cast, round: number, rounds: number): Promise<void> {
  const slice = (all: number): number[] => range(all).filter((n) => n % rounds === round);
  await Promise.all([
    ...slice(options.chains).map((chain) => client.chain(chain)),
    ...slice(options.fanIns).map((fanIn) => client.fanIn(fanIn)),
  ]);
}

async function harm(cast: Cast, { isPaused, isRestarted }: { isPaused: boolean; isRestarted: boolean }): Promise<void> {
  const { random, redis, proxy, fleet } = cast;
  await sleep(random.between(50, 500));
  if (random.next() < 0.5) proxy.cutSome(random.between(1, 8), random);
  if (isPaused) await redis.pause(random.between(1_000, 4_000));
  await sleep(random.between(0, 200));
  await fleet.killOne(random);
  if (isRestarted) await redis.restart(random.pick(['SIGTERM', 'SIGKILL']));
}
