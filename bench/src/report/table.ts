import Table from 'cli-table3';
import { median as medianOf } from 'd3-array';
import type { TargetResult } from '../check/compare.js';
import type { Interval } from '../check/interval.js';
import { bestPeerOf, cpuOf, plainOf, ratiosOf, type Figure } from '../figure.js';

const STYLE = { head: [], border: [], compact: true };
const [LEFT, RIGHT] = ['left', 'right'] as const;

/** Formats a value. Larger values have fewer decimals. */
export function format(value: number | undefined, maxDecimals: number): string {
  const size = Math.abs(value ?? 0);
  return value?.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : maxDecimals }) ?? '';
}

/** Returns the figures of a part, one a line. */
export function figureTable(figures: readonly Figure[]): string {
  const head = ['scenario', 'subject', 'variant', 'median', 'unit', 'x best peer', 'x raw', 'CPU s/10k', 'Redis s/10k'];
  const colAligns = [LEFT, LEFT, LEFT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT];
  const table = new Table({ head, style: STYLE, colAligns });
  for (const figure of figures) {
    const { scenario, subject, variant, median, unit } = figure;
    const ratios = [bestPeerOf, plainOf].map((otherOf) => medianOf(ratiosOf(figure, otherOf(figure, figures))));
    const cpu = cpuOf(figure);
    const numbers = [...ratios, cpu?.process, cpu?.redis].map((value) => format(value, 3));
    table.push([scenario, subject, variant, format(median, 3), unit, ...numbers]);
  }
  return table.toString();
}

/** Returns the targets, one a line, with the confidence interval of what was reached. */
export function targetTable(results: readonly TargetResult[]): string {
  const head = ['target', 'reached', '90 % interval', ''];
  const table = new Table({ head, style: STYLE, colAligns: [LEFT, RIGHT, RIGHT, LEFT] });
  for (const { target, reached, interval, verdict } of results)
    table.push([target, format(reached, 3), formatInterval(interval), verdict]);
  return table.toString();
}

export function formatInterval(interval: Interval | undefined): string {
  return interval?.map((value) => value.toFixed(2)).join(' to ') ?? '';
}
