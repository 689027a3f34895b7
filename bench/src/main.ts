import { BenchRedis } from './bench-redis.js';
import { compare, failedOf } from './check/compare.js';
import { TARGETS } from './check/targets.js';
import type { Figure } from './figure.js';
import { Fixture } from './fixture.js';
import { measurePart } from './measure.js';
import { readOptions, type BenchOptions } from './options.js';
import { writePage } from './page/page.js';
import { chartOf } from './report/chart.js';
import { environmentOf, writeResults } from './report/results.js';
import { figureTable, targetTable } from './report/table.js';

process.exitCode = await run(readOptions());

/** Measures the parts and reports the figures. Returns the exit code. */
async function run(options: BenchOptions): Promise<number> {
  const redis = await BenchRedis.start();
  const fixture = new Fixture(redis, options);
  try {
    const environment = environmentOf(await redis.version(), options);
    const { result: figures, seconds } = await timed('All', () => measureAll(fixture, options));
    if (figures.length === 0) return reportNone(fixture, options);
    const targets = TARGETS.map((target) => compare(target, figures));
    if (options.isEverything) {
      const path = writeResults({ ...environment, seconds, figures, targets }, chartOf(figures));
      writePage();
      console.error(`Written to ${path}, its chart, and docs/performance.md.`);
    }
    if (!options.check) return 0;
    const failed = failedOf(targets, options);
    console.log(targetTable(targets));
    console.error(failed === 0 ? 'No target is missed.' : `${failed} targets are missed.`);
    return failed === 0 ? 0 : 1;
  } finally {
    await fixture.stop();
  }
}

async function measureAll(fixture: Fixture, options: BenchOptions): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const part of options.parts) {
    console.error(`${part.name}: ${part.question}`);
    const { result: figures } = await timed(part.name, () => measurePart(fixture, part, options));
    if (figures.length > 0) console.log(figureTable(figures));
    all.push(...figures);
  }
  return all;
}

async function timed<Result>(
  name: string,
  action: () => Promise<Result>,
): Promise<{ result: Result; seconds: number }> {
  const start = performance.now();
  const result = await action();
  const seconds = Math.round((performance.now() - start) / 1_000);
  console.error(`${name} took ${seconds} s.`);
  return { result, seconds };
}

function reportNone(fixture: Fixture, { parts }: BenchOptions): number {
  const scenarios = new Set(parts.flatMap((part) => part.cases(fixture)).map(({ scenario }) => `"${scenario}"`));
  console.error(`No subject is measured in such a scenario. There are: ${[...scenarios].join(', ')}.`);
  return 1;
}
