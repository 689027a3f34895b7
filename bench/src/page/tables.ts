import { greatest, group, sort } from 'd3-array';
import { compareAll } from '../check/compare.js';
import { cpuOf, labelOf, type Figure } from '../figure.js';
import type { Results } from '../report/results.js';
import { format, tableOf, targetTable } from '../report/table.js';
import { entryOf, SUBJECT_NAMES } from '../subjects/catalogue.js';

/** The generated parts of the page, by name. */
export const TABLES: Readonly<Record<string, (results: Results) => string>> = {
  environment: describeEnvironment,
  draining: matrix('drain', { heading: 'CPU s per 10,000 at 100: worker, Redis', cellOf: cpuIn('concurrency 100') }),
  enqueueing: matrix('enqueue'),
  working: matrix('working'),
  chains: matrix('chains', { heading: 'CPU s per 10,000 of 5: worker, Redis', cellOf: cpuIn('2,000 of 5') }),
  latency: matrix('latency'),
  lateness: matrix('lateness'),
  memory: matrix('memory'),
  heap: list('heap'),
  scaling: list('scaling'),
  graphs: list('growth'),
  limits: matrix('limits', { heading: 'nearest to its end', cellOf: bottleneckIn }),
  targets: ({ figures }) => targetTable(compareAll(figures)),
};

/** Finds the figure of a row in a scenario. */
type Find = (scenario: string) => Figure | undefined;

interface LastColumn {
  readonly heading: string;
  cellOf(find: Find, results: Results): string;
}

/** A table with a row for each subject and variant of a part, and a column for each scenario. */
function matrix(part: string, last?: LastColumn) {
  return (results: Results): string => {
    const figures = figuresOf(results, part);
    const bySubject = sort(figures, ({ subject }) => SUBJECT_NAMES.indexOf(subject));
    const scenarios = [...new Set(figures.map(({ scenario }) => scenario))];
    const rows = [...group(bySubject, labelOf).values()].map((row) => {
      const find: Find = (scenario) => row.find((figure) => figure.scenario === scenario);
      const cells = scenarios.map((scenario) => format(find(scenario)?.median, 2));
      return [titleOf(row[0]!), ...cells, ...(last ? [last.cellOf(find, results)] : [])];
    });
    return tableOf([['', ...scenarios, ...(last ? [last.heading] : [])], ...rows]);
  };
}

/** A table with a row for each figure of a part. */
function list(part: string) {
  return (results: Results): string => {
    const rows = figuresOf(results, part).map(({ scenario, variant, median, unit }) => [
      ...[`${scenario}, ${variant}`, `${format(median, 2)} ${unit}`],
    ]);
    return tableOf([['case', 'figure'], ...rows]);
  };
}

function figuresOf({ figures }: Results, part: string): Figure[] {
  return figures.filter((figure) => figure.part === part);
}

function titleOf({ subject, variant }: Figure): string {
  const kinds: Readonly<Record<string, string>> = {
    bare: 'bare messages',
    job: 'jobs with ids',
    result: 'stored results',
  };
  return `${entryOf(subject).title}, ${kinds[variant] ?? variant}`;
}

function cpuIn(scenario: string) {
  return (find: Find): string => {
    const figure = find(scenario);
    const cpu = figure && cpuOf(figure);
    return cpu ? `${cpu.process.toFixed(2)}, ${cpu.redis.toFixed(2)}` : '';
  };
}

/** Returns the bottleneck: a thread has at most one core, the machine has all of them. */
function bottleneckIn(find: Find, { cores }: Results): string {
  const coresOf = (scenario: string): number => find(scenario)?.median ?? 0;
  const shares = [
    ['thread of Redis', coresOf('busy then: Redis')],
    ['threads of the producers', coresOf('busy then: producers') / 2],
    ['threads of the workers', coresOf('busy then: workers') / 2],
    ['cores of the machine', 1 - coresOf('idle then') / cores],
  ] as const;
  const [name, share] = greatest(shares, ([, one]) => one)!;
  return `${name}, ${Math.round(share * 100)} %`;
}

function describeEnvironment({ cores, cpu, memoryGiB, node, redis, packages, runs, seconds }: Results): string {
  const versions = ['ioredis', 'bullmq', '@nestjs/bullmq', 'bee-queue', 'groupmq'].map(
    (name) => `${name} ${packages[name]}`,
  );
  const machine = `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}, Redis ${redis}, ${versions.join(', ')}`;
  return `${machine}. Medians of ${runs} runs where no other number is said. All of it took ${seconds} seconds.`;
}
