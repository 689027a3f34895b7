import { bestPeerOf, cpuOf, labelOf, ratioOf, type Figure, type Sample } from '../figure.js';
import type { BenchOptions } from '../options.js';
import { PARTS } from '../parts/index.js';
import { TARGETS, type Target } from './targets.js';

/** How a figure compares with its target, as it is stored in the results. */
export interface TargetResult {
  readonly target: string;
  /** The ratio, or the value if the target is a value; undefined if it was not measured. */
  readonly reached?: number;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

export function compare(target: Target, figures: readonly Figure[]): TargetResult {
  const { bound, factor } = target;
  const reached = reachedBy(target, figures);
  if (reached === undefined) return { target: describe(target), verdict: 'not measured' };
  const isMet = bound === 'at least' ? reached >= factor : reached <= factor;
  return { target: describe(target), reached, verdict: isMet ? 'met' : 'missed' };
}

/**
 * Returns how many targets fail a run: those that are missed, and those that were not measured although their part, or
 * everything, was measured as a whole.
 */
export function failedOf(results: readonly TargetResult[], { parts, subject, scenario }: BenchOptions): number {
  const isWhole = subject.length + scenario.length === 0;
  const isMeasured = (name: string) => parts.length === PARTS.length || parts.some((part) => part.name === name);
  return TARGETS.filter(({ part }, index) => {
    const { verdict } = results[index]!;
    return verdict === 'missed' || (verdict === 'not measured' && isWhole && isMeasured(part));
  }).length;
}

function describe({ part, scenario, ours, of, bound, factor, times }: Target): string {
  const measure = [part, scenario, ours, ...(of === undefined ? [] : [of])].join(', ');
  return `${measure}: ${bound} ${factor}${times === undefined ? '' : ` x ${times}`}`;
}

function reachedBy({ part, scenario, ours, of, times }: Target, figures: readonly Figure[]): number | undefined {
  const find = (label: string): Figure | undefined =>
    figures.find((one) => one.part === part && one.scenario === scenario && labelOf(one) === label);
  const quantityOf = ({ value, cpu }: Sample): number | undefined => (of === undefined ? value : cpu?.redis);
  const figure = find(ours);
  if (figure === undefined) return undefined;
  if (times === undefined) return of === undefined ? figure.median : cpuOf(figure)?.redis;
  return ratioOf(figure, times === 'best peer' ? bestPeerOf(figure, figures) : find(times), quantityOf);
}
