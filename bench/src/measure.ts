import { flatGroup, group, median } from 'd3-array';
import { labelOf, type Case, type Figure } from './figure.js';
import type { Fixture } from './fixture.js';
import type { Part, Reading } from './parts/part.js';

/** The selected cases: all if no name is given. */
export interface Filter {
  readonly subject: readonly string[];
  readonly scenario: readonly string[];
}

/**
 * Measures the cases of each scenario in rounds: a warm-up of all, the first run of all, the second run of all. So changes
 * on the machine affect all of them.
 */
export async function measurePart(fixture: Fixture, part: Part, filter: Filter): Promise<Figure[]> {
  const readings: (Case & Reading)[] = [];
  const { runs: asked, quick } = fixture.options;
  const isAsked = (names: readonly string[], name: string) => names.length === 0 || names.includes(name);
  const chosen = part
    .cases(quick)
    .filter((one) => isAsked(filter.subject, one.subject) && isAsked(filter.scenario, one.scenario));
  for (const [scenario, cases] of group(chosen, (one) => one.scenario)) {
    const runs = part.runs?.(asked, scenario) ?? asked;
    console.error(`  ${scenario}: ${cases.length} x ${runs}`);
    const warmUps = new Map<Case, Reading>();
    for (let round = 0; round <= runs; round += 1) {
      for (const one of cases) {
        const values = [await part.measure(one, fixture, warmUps.get(one))].flat();
        const results = values.map((value) => ({ ...one, ...value }));
        if (round === 0) warmUps.set(one, results[0]!);
        else readings.push(...results);
      }
    }
  }
  return flatGroup(readings, ({ scenario }) => scenario, labelOf).map(([, , same]) => figureOf(part, same));
}

function figureOf(part: Part, readings: readonly (Case & Reading)[]): Figure {
  const { scenario, subject, variant, unit = part.unit, better = part.better } = readings[0]!;
  const samples = readings.map(({ value, cpu }) => ({ value, cpu }));
  return {
    ...{ part: part.name, scenario, subject, variant, unit, better },
    median: median(samples, ({ value }) => value)!,
    samples,
  };
}
