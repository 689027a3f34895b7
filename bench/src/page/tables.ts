import { group } from 'd3-array';
import { compare } from '../check/compare.js';
import { TARGETS } from '../check/targets.js';
import { cpuOf, labelOf, type Figure } from '../figure.js';
import { bottleneckOf, BUSY_SCENARIOS, type BusyCores } from '../parts/bottleneck.js';
import type { Results } from '../report/results.js';
import { format, formatInterval } from '../report/table.js';
import { entryOf, SUBJECT_NAMES } from '../subjects/catalogue.js';

const CONCURRENCIES = { ...scenarios('concurrency ', '1', '10', '100'), '1,000': 'concurrency 1000' };
const SENDINGS = { ...scenarios('', 'one at a time', '100 in flight'), 'in bulk': 'in bulk, 1,000 each' };
const CHAINS = ['2,000 of 5', 'fan-in, 500 of 10', 'fan-in, 1 of 10,000'] as const;
const LIMITS = {
  'Redis full at, jobs/s': 'thread of Redis full at',
  'reached, jobs/s': 'reached by 2 producers, 2 workers',
  ...Object.fromEntries(BUSY_SCENARIOS.map(([, scenario]) => [`${scenario}, cores`, scenario])),
};

/** The generated parts of the page, by name. */
export const TABLES: Readonly<Record<string, (results: Results) => string>> = {
  environment: describeEnvironment,
  draining: matrix('drain', CONCURRENCIES, cpuIn('concurrency 100')),
  enqueueing: matrix('enqueue', SENDINGS),
  working: matrix('working', { 'jobs/s': '100 in flight, concurrency 100' }),
  chains: matrix('chains', scenarios('', ...CHAINS), cpuIn(CHAINS[0])),
  latency: matrix('latency', scenarios('idle, ', 'p50', 'p99')),
  lateness: matrix('lateness', scenarios('delayed, ', 'p50', 'p99')),
  memory: matrix('memory', scenarios('', 'each queued', 'left when all are done', 'left when all are done, keys')),
  heap: list('heap', 'after a tenth', 'after all', 'after all to after a tenth'),
  scaling: list('scaling', 'worker processes', 'channels', 'queued'),
  graphs: list('growth', 'chain in memory', 'fan-in in memory', 'chain in Redis', 'fan-in in Redis'),
  limits: matrix('limits', LIMITS, { heading: 'nearest to its end', cellOf: bottleneckIn }),
  targets: ({ figures }) => {
    const rows = TARGETS.map((target) => compare(target, figures)).map(({ target, reached, interval, verdict }) => [
      ...[target, reached?.toFixed(2) ?? '', formatInterval(interval), verdict],
    ]);
    return markdown(['target', 'reached', '90 % interval', ''], rows, ['---', '---:', '---:', '---']);
  },
};

/** Finds the figure of a row in a scenario. */
type Find = (scenario: string) => Figure | undefined;

interface LastColumn {
  readonly heading: string;
  cellOf(find: Find, results: Results): string;
}

/** A table with a row for each subject and variant, and a column for each scenario, by its heading. */
function matrix(part: string, columns: Readonly<Record<string, string>>, last?: LastColumn) {
  return (results: Results): string => {
    const figures = results.figures.filter((figure) => figure.part === part);
    const bySubject = figures.toSorted((a, b) => SUBJECT_NAMES.indexOf(a.subject) - SUBJECT_NAMES.indexOf(b.subject));
    const rows = [...group(bySubject, labelOf).values()].map((row) => {
      const find: Find = (scenario) => row.find((figure) => figure.scenario === scenario);
      const cells = Object.values(columns).map((scenario) => format(find(scenario)?.median, 2));
      return [titleOf(row[0]!), ...cells, ...(last ? [last.cellOf(find, results)] : [])];
    });
    return markdown(['', ...Object.keys(columns), ...(last ? [last.heading] : [])], rows);
  };
}

/** Scenarios by the part of their names after the prefix. */
function scenarios(prefix: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, prefix + name]));
}

function titleOf({ subject, variant }: Figure): string {
  const { role, title, detail } = entryOf(subject);
  const kinds: Readonly<Record<string, string>> = {
    bare: 'bare messages',
    job: 'jobs with ids',
    result: 'stored results',
  };
  const kind = kinds[variant];
  if (kind === undefined) return `${title}, ${variant}`;
  return [title, ...(detail ? [detail] : []), ...(role === 'ours' || variant === 'result' ? [kind] : [])].join(', ');
}

function cpuIn(scenario: string): LastColumn {
  return {
    heading: 'CPU s per 10,000: worker, Redis',
    cellOf(find) {
      const figure = find(scenario);
      const cpu = figure && cpuOf(figure);
      return cpu === undefined ? '' : `${cpu.process.toFixed(2)}, ${cpu.redis.toFixed(2)}`;
    },
  };
}

function bottleneckIn(find: Find, { cores }: Results): string {
  const busy = Object.fromEntries(BUSY_SCENARIOS.map(([key, scenario]) => [key, find(scenario)?.median ?? 0]));
  return bottleneckOf(busy as unknown as BusyCores, cores);
}

/** A table with a row for each figure of some scenarios. */
function list(part: string, ...names: string[]) {
  return ({ figures }: Results): string => {
    const chosen = names.flatMap((name) => figures.filter((one) => one.part === part && one.scenario === name));
    const rows = chosen.map(({ scenario, variant, median, unit }) => [
      `${scenario}, ${variant}`,
      `${format(median, 2)} ${unit}`,
    ]);
    return markdown(['case', 'figure'], rows);
  };
}

function describeEnvironment({ cores, cpu, memoryGiB, node, redis, packages, runs, seconds }: Results): string {
  const versions = ['ioredis', 'bullmq', '@nestjs/bullmq', 'bee-queue', 'groupmq'].map(
    (name) => `${name === 'bullmq' ? 'BullMQ' : name} ${packages[name]}`,
  );
  const machine = `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}, Redis ${redis}, ${versions.join(', ')}`;
  return `${machine}. Medians of ${runs} runs where no other number is said. All of it took ${seconds} seconds.`;
}

function markdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rule: readonly string[] = head.map((_, column) => (column === 0 ? '---' : '---:')),
): string {
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`.replaceAll('  ', ' ')).join('\n');
}
