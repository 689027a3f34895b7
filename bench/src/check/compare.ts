import { cpuOf, ratioOf, valueOf, type Figure, type Sample } from '../figure.js';
import { bestOf, peersOf } from '../report/ratios.js';
import type { Row, Target } from './target.js';

/** How a figure stands to its target. */
export interface Verdict {
  readonly target: Target;
  /** The ratio, or the value where the target is one; none where it was not measured. */
  readonly reached?: number;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

/** Compares each target with what was measured. */
export function compare(targets: readonly Target[], figures: readonly Figure[]): Verdict[] {
  return targets.map((target) => {
    const reached = reach(target, figures);
    if (reached === undefined || Number.isNaN(reached)) return { target, verdict: 'not measured' };
    return { target, reached, verdict: isMet(target, reached) ? 'met' : 'missed' };
  });
}

function isMet({ bound, factor }: Target, reached: number): boolean {
  return bound === 'at least' ? reached >= factor : reached <= factor;
}

function reach(target: Target, figures: readonly Figure[]): number | undefined {
  const scene = figures.filter(({ part, scenario }) => part === target.part && scenario === target.scenario);
  const ours = rowOf(target.ours, scene);
  if (ours === undefined) return undefined;
  if (target.times === undefined) return target.of === 'Redis CPU' ? cpuOf(ours)?.redis : valueOf(ours);
  const other = target.times === 'best peer' ? bestOf(peersOf(ours, scene)) : rowOf(target.times, scene);
  return other && ratioOf(ours, other, (sample) => quantityOf(sample, target));
}

function rowOf({ subject, variant }: Row, scene: readonly Figure[]): Figure | undefined {
  return scene.find((figure) => figure.subject === subject && figure.variant === variant);
}

function quantityOf({ value, cpu }: Sample, { of = 'value' }: Target): number | undefined {
  return of === 'value' ? value : cpu?.redis;
}
