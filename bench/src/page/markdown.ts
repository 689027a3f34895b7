import { cpuOf as cpuOfFigure } from '../figure.js';
import { shown } from '../report/shown.js';
import type { ResultsFigure, ResultsFile } from '../report/results-file.js';

const DECIMALS = 2;

/** A row of a table: its label, the subject and the variant. */
export type Line = readonly [label: string, subject: string, variant: string];

/** A table with a subject in each row and a scenario in each column. */
export interface Matrix {
  readonly part: string;
  readonly rows: readonly Line[];
  readonly columns: readonly (readonly [heading: string, scenario: string])[];
  /** An optional last column: its heading and the cell of each subject. */
  readonly last?: { readonly heading: string; readonly cellOf: (find: Find) => string };
}

/** Returns the figure of a subject in a scenario; undefined if it was not measured. */
export type Find = (scenario: string) => ResultsFigure | undefined;

/** The table in Markdown; a subject that was not measured in a scenario has an empty cell there. */
export function matrixOf({ figures }: ResultsFile, { part, rows, columns, last }: Matrix): string {
  const finderOf =
    (subject: string, variant: string): Find =>
    (scenario) =>
      figures.find(
        (one) => one.part === part && one.scenario === scenario && one.subject === subject && one.variant === variant,
      );
  const head = ['', ...columns.map(([heading]) => heading), ...(last ? [last.heading] : [])];
  const body = rows.map(([label, subject, variant]) => {
    const find = finderOf(subject, variant);
    const cells = columns.map(([, scenario]) => shown(find(scenario)?.median, DECIMALS));
    return [label, ...cells, ...(last ? [last.cellOf(find)] : [])];
  });
  return markdownTable(head, body);
}

/** A last column with the CPU seconds of a scenario. */
export function cpuSecondsIn(scenario: string): Matrix['last'] {
  return { heading: 'CPU s per 10,000: worker, Redis', cellOf: (find) => cpuSecondsOf(find(scenario)) };
}

/** A table with one line per figure and its unit, for scenarios with a single subject. */
export function listOf({ figures }: ResultsFile, part: string, scenarios: readonly string[]): string {
  const chosen = scenarios.flatMap((scenario) =>
    figures.filter((figure) => figure.part === part && figure.scenario === scenario),
  );
  const body = chosen.map(({ scenario, variant, median: value, unit }) => [
    `${scenario}, ${variant}`,
    `${shown(value, DECIMALS)} ${unit}`,
  ]);
  return markdownTable(['case', 'figure'], body);
}

/** The table of targets, with what was reached. */
export function targetsOf({ targets }: ResultsFile): string {
  const body = targets.map(({ target, reached, verdict }) => [target, reached?.toFixed(2) ?? '', verdict]);
  return markdownTable(['target', 'reached', ''], body, ['---', '---:', '---']);
}

/** Describes the machine, the versions and the duration of the run. */
export function describeEnvironment(results: ResultsFile): string {
  const { cores, cpu, memoryGiB, node, redis, packages, runs, seconds } = results;
  const { ioredis, bullmq, groupmq } = packages;
  return (
    `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}, Redis ${redis}, ioredis ${ioredis}, BullMQ ${bullmq}, ` +
    `@nestjs/bullmq ${packages['@nestjs/bullmq']}, bee-queue ${packages['bee-queue']}, groupmq ${groupmq}. Medians of ${runs} runs unless stated otherwise. The full run took ${seconds} seconds.`
  );
}

function cpuSecondsOf(figure: ResultsFigure | undefined): string {
  const cpu = figure && cpuOfFigure(figure);
  return cpu === undefined ? '' : `${cpu.process.toFixed(2)}, ${cpu.redis.toFixed(2)}`;
}

function markdownTable(
  head: readonly string[],
  body: readonly (readonly string[])[],
  rule?: readonly string[],
): string {
  const rules = rule ?? head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rules, ...body].map((cells) => `| ${cells.join(' | ')} |`.replaceAll('  ', ' ')).join('\n');
}
