import { median } from 'd3-array';
import { bestPeerOf, labelOf, ratiosOf, type Figure, type Sample } from '../figure.js';
import type { BenchOptions } from '../options.js';
import { PARTS } from '../parts/index.js';
import { medianInterval, type Interval } from './interval.js';
import { TARGETS, type Target } from './targets.js';

/** How a figure compares with its target, as it is stored in the results. */
export interface TargetResult {
  readonly target: string;
  /** The median of the ratios, or of the values if the target is a value; undefined if it was not measured. */
  readonly reached?: number;
  /** The confidence interval of that median; undefined if there are too few runs for one. */
  readonly interval?: Interval;
  /** `within noise` if the median misses the target, but another run may reach it. */
  readonly verdict: 'met' | 'within noise' | 'missed' | 'not measured';
}

/** A target is missed if the whole interval is on its wrong side. Without an interval, the median decides. */
export function compare(target: Target, figures: readonly Figure[]): TargetResult {
  const values = valuesOf(target, figures);
  const reached = median(values);
  if (reached === undefined) return { target: describe(target), verdict: 'not measured' };
  const interval = medianInterval(values);
  const reaches = (value: number): boolean =>
    target.bound === 'at least' ? value >= target.factor : value <= target.factor;
  const verdict = reaches(reached) ? 'met' : interval?.some(reaches) ? 'within noise' : 'missed';
  return { target: describe(target), reached, interval, verdict };
}

/** Compares all targets. */
export function compareAll(figures: readonly Figure[]): TargetResult[] {
  return TARGETS.map((target) => compare(target, figures));
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

/** Returns what is compared with the target, one value for each run. */
function valuesOf({ part, scenario, ours, of, times }: Target, figures: readonly Figure[]): number[] {
  const find = (label: string): Figure | undefined =>
    figures.find((one) => one.part === part && one.scenario === scenario && labelOf(one) === label);
  const quantityOf = ({ value, cpu }: Sample): number | undefined => (of === undefined ? value : cpu?.redis);
  const figure = find(ours);
  if (figure === undefined) return [];
  if (times === undefined) return figure.samples.map(quantityOf).filter((value) => value !== undefined);
  return ratiosOf(figure, times === 'best peer' ? bestPeerOf(figure, figures) : find(times), quantityOf);
}
