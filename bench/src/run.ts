import type { Figure } from './figure.js';
import type { BenchOptions } from './options.js';
import { BenchRedis } from './redis/bench-redis.js';
import { tableOf } from './report/table.js';
import { Stage } from './stage.js';

/** Runs the parts and tells what came out. Answers the exit code. */
export async function run(options: BenchOptions): Promise<number> {
  const redis = await BenchRedis.start();
  const stage = new Stage(redis, options);
  try {
    await measureAll(stage, options);
    return 0;
  } finally {
    await stage.clear();
    await redis.stop();
  }
}

async function measureAll(stage: Stage, { parts }: BenchOptions): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const { name, asks, unit, measure } of parts) {
    console.error(`${name}: ${asks}`);
    const figures = (await measure(stage)).map((figure) => ({ part: name, unit, ...figure }));
    console.log(tableOf(figures));
    all.push(...figures);
  }
  return all;
}
