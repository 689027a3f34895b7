import { compareAll, failedOf } from './check/compare.js';
import type { Figure } from './figure.js';
import { Fixture } from './fixture.js';
import { measurePart } from './measure.js';
import { readOptions, type BenchOptions } from './options.js';
import { writePage } from './page/page.js';
import { redisVersion } from './redis-statistics.js';
import { environmentOf, writeResults } from './report/results.js';
import { figureTable, targetTable } from './report/table.js';

process.exitCode = await run(readOptions());

/** Measures the parts and reports the figures. Returns the exit code. */
async function run(options: BenchOptions): Promise<number> {
  await using fixture = await Fixture.start(options);
  const environment = environmentOf(await redisVersion(fixture.redis), options);
  const start = performance.now();
  const figures = await measureAll(fixture, options);
  if (figures.length === 0) return reportNone(options);
  const targets = compareAll(figures);
  if (options.isEverything) {
    const path = writeResults({ ...environment, seconds: secondsSince(start), figures, targets });
    writePage();
    console.error(`Written to ${path}, its chart, and docs/performance.md.`);
  }
  if (!options.check) return 0;
  const failed = failedOf(targets, options);
  console.log(targetTable(targets));
  console.error(failed === 0 ? 'No target is missed.' : `${failed} targets are missed.`);
  return failed === 0 ? 0 : 1;
}

async function measureAll(fixture: Fixture, options: BenchOptions): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const part of options.parts) {
    const start = performance.now();
    console.error(`${part.name}: ${part.question}`);
    const figures = await measurePart(fixture, part, options);
    if (figures.length > 0) console.log(figureTable(figures));
    console.error(`${part.name} took ${secondsSince(start)} s.`);
    all.push(...figures);
  }
  return all;
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1_000);
}

function reportNone({ parts, quick }: BenchOptions): number {
  const scenarios = new Set(parts.flatMap((part) => part.cases(quick)).map(({ scenario }) => `"${scenario}"`));
  console.error(`No subject is measured in such a scenario. There are: ${[...scenarios].join(', ')}.`);
  return 1;
}
