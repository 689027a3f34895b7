import { scarcest } from '../parts/scarcest.js';
import { cpuSecondsIn, describeEnvironment, listOf, matrixOf, targetsOf, type Find, type Line } from './markdown.js';
import type { ResultsFile } from '../report/results-file.js';

const BARE: Line = ['Repid, Nest actor with DTO, bare messages', 'repid', 'bare'];
const JOB: Line = ['Repid, Nest actor with DTO, jobs with ids', 'repid', 'job'];
const RESULT: Line = ['Repid, Nest actor with DTO, stored results', 'repid', 'result'];
const CORE: Line = ['Repid, engine alone, bare messages', 'repid-core', 'bare'];
const CORE_JOB: Line = ['Repid, engine alone, jobs with ids', 'repid-core', 'job'];
const CORE_RESULT: Line = ['Repid, engine alone, stored results', 'repid-core', 'result'];
const RAW: Line = ['raw ioredis Streams', 'raw', 'bare'];
const BULLMQ: Line = ['BullMQ', 'bullmq', 'job'];
const BULLMQ_RESULT: Line = ['BullMQ, stored results', 'bullmq', 'result'];
const NESTJS_BULLMQ: Line = ['@nestjs/bullmq', 'nestjs-bullmq', 'job'];
const NESTJS_BULLMQ_RESULT: Line = ['@nestjs/bullmq, stored results', 'nestjs-bullmq', 'result'];
const BEE_QUEUE: Line = ['bee-queue', 'bee-queue', 'job'];
const GROUPMQ: Line = ['groupmq', 'groupmq', 'job'];
const GROUPMQ_RESULT: Line = ['groupmq, stored results', 'groupmq', 'result'];

const DRAINERS = [
  ...[BARE, JOB, RESULT, CORE, CORE_JOB, CORE_RESULT, RAW],
  ...[BULLMQ, BULLMQ_RESULT, NESTJS_BULLMQ, NESTJS_BULLMQ_RESULT, BEE_QUEUE, GROUPMQ, GROUPMQ_RESULT],
];
const SENDERS = [BARE, JOB, RAW, BULLMQ, BEE_QUEUE, GROUPMQ];
const BUSY = {
  redis: 'busy then: Redis',
  producers: 'busy then: producers',
  workers: 'busy then: workers',
  idle: 'idle then',
};
const GRAPHS = ['chain in memory', 'fan-in in memory', 'chain in Redis', 'fan-in in Redis'];

/** The generated parts of the page, by their names in it. */
export const TABLES: Readonly<Record<string, (results: ResultsFile) => string>> = {
  environment: describeEnvironment,
  draining: (results) =>
    matrixOf(results, {
      part: 'drain',
      rows: DRAINERS,
      columns: [1, 10, 100, 1_000].map((n) => [n.toLocaleString('en'), `concurrency ${n}`] as const),
      last: cpuSecondsIn('concurrency 100'),
    }),
  enqueueing: (results) =>
    matrixOf(results, {
      part: 'enqueue',
      rows: SENDERS,
      columns: [
        ['one at a time', 'one at a time'],
        ['100 in flight', '100 in flight'],
        ['in bulk', 'in bulk, 1,000 each'],
      ],
    }),
  working: (results) =>
    matrixOf(results, {
      part: 'working',
      rows: [BARE, JOB, CORE, CORE_JOB, RAW, BULLMQ, NESTJS_BULLMQ, BEE_QUEUE, GROUPMQ],
      columns: [['jobs/s', '100 in flight, concurrency 100']],
    }),
  chains: (results) =>
    matrixOf(results, {
      part: 'chains',
      rows: [
        ['Repid, followers', 'repid', 'followers'],
        ['Repid, dependsOn', 'repid', 'dependsOn'],
        ['raw ioredis Streams, by hand', 'raw', 'by hand'],
        ['BullMQ, by hand', 'bullmq', 'by hand'],
        ['BullMQ, FlowProducer', 'bullmq', 'FlowProducer'],
        ['bee-queue, by hand', 'bee-queue', 'by hand'],
        ['groupmq, by hand', 'groupmq', 'by hand'],
      ],
      columns: ['2,000 of 5', 'fan-in, 500 of 10', 'fan-in, 1 of 10,000'].map((name) => [name, name] as const),
      last: cpuSecondsIn('2,000 of 5'),
    }),
  latency: (results) => matrixOf(results, { part: 'latency', rows: SENDERS, columns: percentiles('idle') }),
  lateness: (results) =>
    matrixOf(results, { part: 'lateness', rows: [JOB, BULLMQ, BEE_QUEUE, GROUPMQ], columns: percentiles('delayed') }),
  memory: (results) =>
    matrixOf(results, {
      part: 'memory',
      rows: SENDERS,
      columns: [
        ['per queued job', 'each queued'],
        ['left when all are done', 'left when all are done'],
        ['keys left', 'left when all are done, keys'],
      ],
    }),
  heap: (results) => listOf(results, 'heap', ['after a tenth', 'after all', 'after all to after a tenth']),
  scaling: (results) => listOf(results, 'scaling', ['worker processes', 'channels', 'queued']),
  graphs: (results) => listOf(results, 'growth', GRAPHS),
  limits: (results) =>
    matrixOf(results, {
      part: 'limits',
      rows: [BARE, RESULT, BULLMQ_RESULT],
      columns: [
        ['Redis thread full at, jobs/s', 'thread of Redis full at'],
        ['reached, jobs/s', 'reached by 2 producers, 2 workers'],
        ...Object.values(BUSY).map((scenario) => [headingOf(scenario), scenario] as const),
      ],
      last: { heading: 'first limit', cellOf: (find) => scarcestOf(find, results) },
    }),
  targets: targetsOf,
};

function scarcestOf(find: Find, { cores }: ResultsFile): string {
  const coresOf = (scenario: string): number => find(scenario)?.median ?? 0;
  const [redis, producers, workers] = [coresOf(BUSY.redis), coresOf(BUSY.producers), coresOf(BUSY.workers)];
  const { what, busy } = scarcest({ redis, producers, workers, idle: coresOf(BUSY.idle) }, cores);
  return `${what}, ${Math.round(busy * 100)} %`;
}

/** `busy then: Redis` -> `Redis, busy cores`; `idle then` -> `idle cores`. */
function headingOf(scenario: string): string {
  const [, busy] = scenario.split('busy then: ');
  return busy === undefined ? 'idle cores' : `${busy}, busy cores`;
}

function percentiles(scenario: string) {
  return ['p50', 'p99'].map((name) => [name, `${scenario}, ${name}`] as const);
}
