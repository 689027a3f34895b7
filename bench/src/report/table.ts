import Table from 'cli-table3';
import { cpuOf, valueOf, type Figure } from '../figure.js';
import { ratioToBestPeer, ratioToLimit } from './ratios.js';

/** The figures of a part, one a line, those of a scenario together. */
export function tableOf(figures: readonly Figure[]): string {
  const unit = figures[0]?.unit.name ?? '';
  const head = ['scenario', 'subject', 'variant', unit, 'x best peer', 'x raw', 'CPU s/10k', 'Redis s/10k'];
  const table = new Table({ head, style: { head: [], border: [], compact: true }, colAligns: ALIGNMENT });
  for (const figure of figures) table.push(rowOf(figure, figures));
  return table.toString();
}

const ALIGNMENT = ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right'] as const satisfies unknown[];

function rowOf(figure: Figure, all: readonly Figure[]): string[] {
  const cpu = cpuOf(figure);
  return [
    ...[figure.scenario, figure.subject, figure.variant],
    shown(valueOf(figure)),
    ...[ratioToBestPeer(figure, all), ratioToLimit(figure, all), cpu?.process, cpu?.redis].map(shown),
  ];
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 3 });
}
