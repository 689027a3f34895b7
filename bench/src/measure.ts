import { flatRollup, group, median } from 'd3-array';
import { labelOf, type Figure } from './figure.js';
import type { Fixture } from './fixture.js';
import type { BenchCase, Part, Reading } from './parts/part.js';

/** The selected cases: all if no name is given. */
export interface Filter {
  readonly subject: readonly string[];
  /** Scenarios with these names. A name that no scenario has selects all that contain it. */
  readonly scenario: readonly string[];
}

/**
 * Measures the cases of each scenario in rounds: a warm-up of all, the first run of all, the second run of all. So changes
 * on the machine affect all of them.
 */
export async function measurePart(fixture: Fixture, part: Part, filter: Filter): Promise<Figure[]> {
  const readings: (BenchCase & Reading)[] = [];
  for (const [scenario, cases] of group(choose(part.cases(fixture), filter), (one) => one.scenario)) {
    const runs = part.runs?.(fixture.options.runs, scenario) ?? fixture.options.runs;
    console.error(`  ${scenario}: ${cases.length} x ${runs}`);
    for (const one of cases) await one.measure(true);
    for (let round = 0; round < runs; round += 1) {
      for (const one of cases)
        readings.push(...[await one.measure(false)].flat().map((reading) => ({ ...one, ...reading })));
    }
  }
  return flatRollup(
    readings,
    (same) => figureOf(part, same),
    ({ scenario }) => scenario,
    labelOf,
  ).map(([, , one]) => one);
}

function choose(cases: readonly BenchCase[], filter: Filter): BenchCase[] {
  const matches = (name: string): readonly BenchCase[] => {
    const exact = cases.filter(({ scenario }) => scenario === name);
    return exact.length > 0 ? exact : cases.filter(({ scenario }) => scenario.includes(name));
  };
  const wanted = filter.scenario.length === 0 ? cases : filter.scenario.flatMap(matches);
  const isAsked = ({ subject }: BenchCase) => filter.subject.length === 0 || filter.subject.includes(subject);
  return cases.filter((one) => wanted.includes(one) && isAsked(one));
}

function figureOf(part: Part, readings: readonly (BenchCase & Reading)[]): Figure {
  const { scenario, subject, variant, unit = part.unit, better = part.better } = readings[0]!;
  const samples = readings.map(({ value, cpu }) => ({ value, cpu }));
  return {
    ...{ part: part.name, scenario, subject, variant, unit, better },
    median: median(samples, ({ value }) => value)!,
    samples,
  };
}
