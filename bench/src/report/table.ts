import Table from 'cli-table3';
import type { Verdict } from '../check/compare.js';
import { describeTarget } from '../check/target.js';
import { cpuOf, valueOf, type Figure } from '../figure.js';
import { shown } from './shown.js';
import { ratioToBestPeer, ratioToPlain } from './ratios.js';

const DECIMALS = 3;
const STYLE = { head: [], border: [], compact: true };

/** The figures of a part, one a line, those of a scenario together. */
export function tableOf(figures: readonly Figure[]): string {
  const head = ['scenario', 'subject', 'variant', 'median', 'unit', 'x best peer', 'x raw', 'CPU s/10k', 'Redis s/10k'];
  const colAligns = head.map((_, column) => (column < 3 || column === 4 ? 'left' : 'right'));
  const table = new Table({ head, style: STYLE, colAligns });
  for (const figure of figures) table.push(rowOf(figure, figures));
  return table.toString();
}

/** The targets, and what became of them. */
export function tableOfVerdicts(verdicts: readonly Verdict[]): string {
  const table = new Table({ head: ['target', 'reached', ''], style: STYLE, colAligns: ['left', 'right', 'left'] });
  for (const { target, reached, verdict } of verdicts)
    table.push([describeTarget(target), shown(reached, DECIMALS), verdict]);
  return table.toString();
}

function rowOf(figure: Figure, all: readonly Figure[]): string[] {
  const cpu = cpuOf(figure);
  return [
    ...[figure.scenario, figure.subject, figure.variant],
    ...[shown(valueOf(figure), DECIMALS), figure.unit.name],
    ...[ratioToBestPeer(figure, all), ratioToPlain(figure, all), cpu?.process, cpu?.redis].map((value) =>
      shown(value, DECIMALS),
    ),
  ];
}
