import type { Case, Figure, Sample } from '../figure.js';
import type { Stage } from '../stage.js';

/** A run that counts, or the shorter one before the first, long enough for its code to be compiled. */
export type RunKind = 'warm-up' | 'measured';

/**
 * Measures the cases of each scenario by turns: a warm-up of all, the first run of all, the second run of all. So what
 * changes on the machine while it measures meets all of them.
 */
export async function interleaved<Kind extends Case>(
  stage: Stage,
  cases: readonly Kind[],
  measure: (one: Kind, kind: RunKind) => Promise<Sample>,
): Promise<Omit<Figure, 'part' | 'unit'>[]> {
  const chosen = cases.filter((one) => stage.includes(one));
  const figures: Omit<Figure, 'part' | 'unit'>[] = [];
  for (const scenario of new Set(chosen.map((one) => one.scenario))) {
    const together = chosen.filter((one) => one.scenario === scenario).map((one) => ({ one, samples: [] as Sample[] }));
    console.error(`  ${scenario}: ${together.length} x ${stage.options.runs}`);
    for (const { one } of together) await measure(one, 'warm-up');
    for (let run = 0; run < stage.options.runs; run += 1) {
      for (const { one, samples } of together) samples.push(await measure(one, 'measured'));
    }
    figures.push(
      ...together.map(({ one: { subject, variant }, samples }) => ({ scenario, subject, variant, samples })),
    );
  }
  return figures;
}
