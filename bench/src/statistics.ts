/** What all of them come to together. */
export function sumOf<One>(all: readonly One[], valueOf: (one: One) => number): number {
  return all.reduce((sum, one) => sum + valueOf(one), 0);
}

/** The middle one; of an even number the mean of the two in the middle. @throws RangeError where there is none */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value that `percent` of them do not exceed, interpolated between neighbours. @throws RangeError where there is none */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError('There are no values to take a percentile of.');
  const sorted = values.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
