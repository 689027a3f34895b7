import type { Case, Measured, Unit } from '../figure.js';
import type { Turns } from './interleaved.js';

/** Figures of one quantity out of runs that give several. */
export function figures<Outcome>(
  turns: readonly Turns<Case, Outcome>[],
  scenario: string,
  unit: Unit,
  valueOf: (outcome: Outcome) => number,
): Measured[] {
  return turns.map(({ one: { subject, variant }, outcomes }) => ({
    ...{ scenario, subject, variant, unit },
    samples: outcomes.map((outcome) => ({ value: valueOf(outcome) })),
  }));
}
