import { BenchRedis } from './bench-redis.js';
import { compare, type Verdict } from './check/compare.js';
import { TARGETS, type Target } from './check/targets.js';
import type { Figure } from './figure.js';
import { Fixture } from './fixture.js';
import { measurePart } from './measure.js';
import { readOptions, type BenchOptions } from './options.js';
import { writePage } from './page/page.js';
import { chartOf } from './report/chart.js';
import { environmentOf, writeResults } from './report/results.js';
import { figureTable, verdictTable } from './report/table.js';

process.exitCode = await run(readOptions());

/** Measures the parts and reports the figures. Returns the exit code. */
async function run(options: BenchOptions): Promise<number> {
  const redis = await BenchRedis.start();
  const fixture = new Fixture(redis, options);
  try {
    const environment = environmentOf(await redis.version(), options);
    const { result: figures, seconds } = await timed('All', () => measureAll(fixture, options));
    const targets = TARGETS.map((target) => compare(target, figures));
    if (options.isEverything) {
      const path = writeResults({ ...environment, seconds, figures, targets }, chartOf(figures));
      writePage();
      console.error(`Written to ${path}, the chart beside it, and docs/performance.md.`);
    }
    return options.isCheck ? check(targets, options) : 0;
  } finally {
    await fixture.stop();
  }
}

/** @throws Error where nothing was chosen */
async function measureAll(fixture: Fixture, options: BenchOptions): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const part of options.parts) {
    console.error(`${part.name}: ${part.question}`);
    const { result: figures } = await timed(part.name, () => measurePart(fixture, part, options));
    if (figures.length > 0) console.log(figureTable(figures));
    all.push(...figures);
  }
  if (all.length > 0) return all;
  const scenarios = options.parts.flatMap((part) => part.cases(fixture)).map(({ scenario }) => `"${scenario}"`);
  throw new Error(`No case matches. There are the scenarios ${[...new Set(scenarios)].join(', ')}.`);
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

/** A target that is missed fails the check; so does one that has no figure although its part was measured as a whole. */
function check(verdicts: readonly Verdict[], options: BenchOptions): number {
  const failed = verdicts.filter(
    ({ verdict }, index) =>
      verdict === 'missed' || (verdict === 'not measured' && wasAskedFor(TARGETS[index]!, options)),
  );
  console.log(verdictTable(verdicts));
  console.error(failed.length === 0 ? 'No target is missed.' : `${failed.length} targets are missed.`);
  return failed.length === 0 ? 0 : 1;
}

function wasAskedFor({ part }: Target, { parts, subjects, scenarios }: BenchOptions): boolean {
  return subjects.length + scenarios.length === 0 && parts.some(({ name }) => name === part);
}
