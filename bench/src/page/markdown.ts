import { cpuOf as cpuOfFigure } from '../figure.js';
import { shown } from '../report/shown.js';
import type { ResultsFigure, ResultsFile } from '../report/results-file.js';

const DECIMALS = 2;

/** One subject in a table: how it is called there, and which of its variants is meant. */
export type Row = readonly [label: string, subject: string, variant: string];

/** A table with a subject in each row and a scenario in each column. */
export interface Matrix {
  readonly part: string;
  readonly rows: readonly Row[];
  readonly columns: readonly (readonly [heading: string, scenario: string])[];
  /** The scenario of which a last column tells the CPU seconds. */
  readonly cpuOf?: string;
}

/** The table in Markdown; a subject that was not measured in a scenario has an empty cell there. */
export function matrixOf({ figures }: ResultsFile, { part, rows, columns, cpuOf }: Matrix): string {
  const find = (subject: string, variant: string, scenario: string): ResultsFigure | undefined =>
    figures.find(
      (one) => one.part === part && one.scenario === scenario && one.subject === subject && one.variant === variant,
    );
  const head = ['', ...columns.map(([heading]) => heading), ...(cpuOf ? ['CPU s per 10,000: worker, Redis'] : [])];
  const body = rows.map(([label, subject, variant]) => [
    label,
    ...columns.map(([, scenario]) => shown(find(subject, variant, scenario)?.median, DECIMALS)),
    ...(cpuOf ? [cpuSecondsOf(find(subject, variant, cpuOf))] : []),
  ]);
  return tableOf(head, body);
}

/** Every figure of some scenarios of a part, one a line, with its unit. */
export function listOf({ figures }: ResultsFile, part: string, scenarios: readonly string[]): string {
  const chosen = scenarios.flatMap((scenario) =>
    figures.filter((figure) => figure.part === part && figure.scenario === scenario),
  );
  const body = chosen.map(({ scenario, subject, variant, median: value, unit }) => [
    `${scenario}, ${subject} ${variant}`,
    `${shown(value, DECIMALS)} ${unit}`,
  ]);
  return tableOf(['case', 'figure'], body);
}

/** The targets, and what became of them. */
export function targetsOf({ targets }: ResultsFile): string {
  const body = targets.map(({ target, reached, verdict }) => [target, reached?.toFixed(2) ?? '', verdict]);
  return tableOf(['target', 'reached', ''], body, ['---', '---:', '---']);
}

/** On what it was measured, in a sentence. */
export function environmentOf({ cores, cpu, memoryGiB, node, redis, packages, runs }: ResultsFile): string {
  const { ioredis, bullmq, groupmq } = packages;
  return (
    `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}, Redis ${redis}, ioredis ${ioredis}, BullMQ ${bullmq}, ` +
    `@nestjs/bullmq ${packages['@nestjs/bullmq']}, bee-queue ${packages['bee-queue']}, groupmq ${groupmq}; medians of ${runs} runs.`
  );
}

function cpuSecondsOf(figure: ResultsFigure | undefined): string {
  const cpu = figure && cpuOfFigure(figure);
  return cpu === undefined ? '' : `${cpu.process.toFixed(2)}, ${cpu.redis.toFixed(2)}`;
}

function tableOf(head: readonly string[], body: readonly (readonly string[])[], rule?: readonly string[]): string {
  const rules = rule ?? head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rules, ...body].map((cells) => `| ${cells.join(' | ')} |`.replaceAll('  ', ' ')).join('\n');
}
