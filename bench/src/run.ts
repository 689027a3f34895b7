import { compare, type Verdict } from './check/compare.js';
import type { Target } from './check/target.js';
import { TARGETS } from './check/targets.js';
import type { Figure } from './figure.js';
import { UsageError, type BenchOptions } from './options.js';
import { PARTS } from './parts/index.js';
import { writePage } from './page/page.js';
import { BenchRedis } from './redis/bench-redis.js';
import { chartOf } from './report/chart.js';
import { environmentOf } from './report/environment.js';
import { resultsOf } from './report/results.js';
import { tableOf, tableOfVerdicts } from './report/table.js';
import { writeResults } from './report/write.js';
import { Stage } from './stage.js';

/** Runs the parts and tells what came out. Answers the exit code. */
export async function run(options: BenchOptions): Promise<number> {
  const redis = await BenchRedis.start();
  const stage = new Stage(redis, options);
  try {
    const environment = environmentOf(await redis.version(), options);
    const begun = performance.now();
    const figures = await measureAll(stage, options);
    requireAny(figures, stage);
    const seconds = secondsSince(begun);
    console.error(`All took ${seconds} s.`);
    const verdicts = compare(TARGETS, figures);
    if (options.isEverything) {
      const path = writeResults(
        environment.date,
        resultsOf({ ...environment, seconds }, figures, verdicts),
        chartOf(figures),
      );
      writePage();
      console.error(`Written to ${path}, the chart beside it, and docs/performance.md.`);
    }
    return options.isCheck ? check(verdicts, options) : 0;
  } finally {
    await stage.clear();
    await redis.stop();
  }
}

async function measureAll(stage: Stage, { parts }: BenchOptions): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const { name, asks, unit, measure } of parts) {
    console.error(`${name}: ${asks}`);
    const start = performance.now();
    const figures = (await measure(stage)).map((figure) => ({ unit, ...figure, part: name }));
    if (figures.length === 0) continue;
    console.log(tableOf(figures));
    console.error(`${name} took ${secondsSince(start)} s.`);
    all.push(...figures);
  }
  return all;
}

/** @throws UsageError where nothing was chosen, so that nothing was measured */
function requireAny(figures: readonly Figure[], { offered }: Stage): void {
  if (figures.length > 0) return;
  throw new UsageError(
    `None of the subjects is in such a scenario. There are: ${[...offered].map((name) => `"${name}"`).join(', ')}.`,
  );
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1_000);
}

/** A target that is missed fails the check; so does one that was asked for as a whole and has no figure. */
function check(verdicts: readonly Verdict[], options: BenchOptions): number {
  const failed = verdicts.filter(
    ({ verdict, target }) => verdict === 'missed' || (verdict === 'not measured' && wasAskedFor(target, options)),
  );
  console.log(tableOfVerdicts(verdicts));
  console.error(failed.length === 0 ? 'No target is missed.' : `${failed.length} targets are missed.`);
  return failed.length === 0 ? 0 : 1;
}

function wasAskedFor({ part }: Target, { parts, subjects, scenarios }: BenchOptions): boolean {
  const isWhole = subjects.length + scenarios.length === 0;
  return isWhole && (parts.length === PARTS.length || parts.some(({ name }) => name === part));
}
