import { median as medianOf } from 'd3-array';
import { markdownTable } from 'markdown-table';
import type { TargetResult } from '../check/compare.js';
import { bestPeerOf, cpuOf, plainOf, ratiosOf, type Figure } from '../figure.js';

/**
 * Returns a table for the terminal or a Markdown page.
 * @param align a letter for each column, for left or right; if omitted, all but the first are numbers
 */
export function tableOf(rows: readonly (readonly string[])[], align = `l${'r'.repeat(rows[0]!.length - 1)}`): string {
  return markdownTable(rows, { align: [...align] });
}

/** Formats a value. Larger values have fewer decimals. */
export function format(value: number | undefined, maxDecimals: number): string {
  const size = Math.abs(value ?? 0);
  return value?.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : maxDecimals }) ?? '';
}

/** Returns the figures of a part, one a line. */
export function figureTable(figures: readonly Figure[]): string {
  const head = ['scenario', 'subject', 'variant', 'median', 'unit', 'x best peer', 'x raw', 'CPU s/10k', 'Redis s/10k'];
  const rows = figures.map((figure) => {
    const { scenario, subject, variant, median, unit } = figure;
    const ratios = [bestPeerOf, plainOf].map((otherOf) => medianOf(ratiosOf(figure, otherOf(figure, figures))));
    const cpu = cpuOf(figure);
    const numbers = [...ratios, cpu?.process, cpu?.redis].map((value) => format(value, 3));
    return [scenario, subject, variant, format(median, 3), unit, ...numbers];
  });
  return tableOf([head, ...rows], 'lllrlrrrr');
}

/** Returns the targets, one a line, with the confidence interval of what was reached. */
export function targetTable(results: readonly TargetResult[]): string {
  const rows = results.map(({ target, reached, interval, verdict }) => {
    const range = interval?.map((value) => value.toFixed(2)).join(' to ');
    return [target, reached?.toFixed(2) ?? '', range ?? '', verdict];
  });
  return tableOf([['target', 'reached', '90 % interval', ''], ...rows], 'lrrl');
}
