import type { Case, Measured, Sample } from '../figure.js';
import type { Stage } from '../stage.js';

/** A run that counts, or the shorter one before the first, long enough for its code to be compiled. */
export type RunKind = 'warm-up' | 'measured';

/** What the runs of one case came to. */
export interface Turns<Kind extends Case, Outcome> {
  readonly one: Kind;
  readonly outcomes: readonly Outcome[];
}

/** Measures cases of which each run gives one sample. */
export async function interleaved<Kind extends Case>(
  stage: Stage,
  cases: readonly Kind[],
  measure: (one: Kind, kind: RunKind) => Promise<Sample>,
  runs?: number | ((scenario: string) => number),
): Promise<Measured[]> {
  const turns = await takeTurns(stage, cases, measure, runs);
  return turns.map(({ one: { scenario, subject, variant }, outcomes }) => ({
    ...{ scenario, subject, variant },
    samples: outcomes,
  }));
}

/**
 * Measures the cases of each scenario by turns: a warm-up of all, the first run of all, the second run of all. So what
 * changes on the machine while it measures meets all of them.
 *
 * @param runs where it, or a scenario of it, needs others than are asked for
 */
export async function takeTurns<Kind extends Case, Outcome>(
  stage: Stage,
  cases: readonly Kind[],
  measure: (one: Kind, kind: RunKind) => Promise<Outcome>,
  runs: number | ((scenario: string) => number) = stage.options.runs,
): Promise<Turns<Kind, Outcome>[]> {
  const chosen = stage.choose(cases);
  const all: Turns<Kind, Outcome>[] = [];
  for (const scenario of new Set(chosen.map((one) => one.scenario))) {
    const together = chosen
      .filter((one) => one.scenario === scenario)
      .map((one) => ({ one, outcomes: [] as Outcome[] }));
    const turns = typeof runs === 'number' ? runs : runs(scenario);
    console.error(`  ${scenario}: ${together.length} x ${turns}`);
    for (const { one } of together) await measure(one, 'warm-up');
    for (let turn = 0; turn < turns; turn += 1) {
      for (const { one, outcomes } of together) outcomes.push(await measure(one, 'measured'));
    }
    all.push(...together);
  }
  return all;
}
