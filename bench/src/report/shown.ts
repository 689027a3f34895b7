/** A value for people: the larger, the fewer decimals, and at most so many. */
export function shown(value: number | undefined, mostDecimals: number): string {
  if (value === undefined) return '';
  const size = Math.abs(value);
  return value.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : mostDecimals });
}
