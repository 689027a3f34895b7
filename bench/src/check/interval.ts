import { sort } from 'd3-array';

/** How often the interval may miss the true median. */
const ERROR_RATE = 0.1;

export type Interval = readonly [low: number, high: number];

/**
 * Returns the 90 % confidence interval of a median by order statistics, as in the sign test: from the k-th smallest to the
 * k-th largest value, with the largest k that is safe enough. It assumes nothing about the distribution of the values.
 * Undefined for fewer than five values, which have no such interval.
 * @see Conover, Practical Nonparametric Statistics, "Confidence interval for a quantile"
 */
export function medianInterval(values: readonly number[]): Interval | undefined {
  const sorted = sort(values);
  let k = 0;
  let tail = 0;
  // At each step `outcome` is the probability that exactly k of the values are below the true median.
  for (let outcome = 0.5 ** sorted.length; 2 * (tail + outcome) <= ERROR_RATE; k += 1) {
    tail += outcome;
    outcome *= (sorted.length - k) / (k + 1);
  }
  return k === 0 ? undefined : [sorted[k - 1]!, sorted.at(-k)!];
}
