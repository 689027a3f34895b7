import { parseArgs } from 'node:util';

/** The help text. */
export const USAGE = `npm run stress -- [options]

Runs chains, fan-ins and other jobs through Redis while it injects faults: workers are killed, connections are cut or left
half-open, and Redis is paused, restarted, full or fails over to its replica. Then prints the numbers of violations.

Options:
  --short     runs a tenth of the work and faults
  --seed <n>  uses the seed that another run has printed
  --help      prints this text`;

/** An invalid command line. The message is one line for the user. */
export class UsageError extends Error {}

/** The amount of work. */
export interface WorkCounts {
  /** Number of chains of five steps. */
  readonly chains: number;
  /** Number of fan-ins of twenty jobs. */
  readonly fanIns: number;
  /** Number of job ids that are enqueued on two channels. */
  readonly orders: number;
  /** Number of plain messages on each of two channels, with two followers each. */
  readonly notes: number;
  /** Number of jobs of actors with a concurrency limit; a third of them hang. */
  readonly limited: number;
  /** Number of jobs to cancel. */
  readonly cancels: number;
  /** Number of jobs on the channel of poison jobs, including those. */
  readonly withPoison: number;
  /** Number of poison jobs, which kill their worker. */
  readonly poison: number;
}

/** The number of faults. */
export interface FaultCounts {
  /** Number of workers to kill, and of rounds. */
  readonly kills: number;
  /** Number of pauses of Redis, and the maximum time of each, in milliseconds. */
  readonly pauses: number;
  readonly pauseTime: number;
  /** Number of restarts of Redis. */
  readonly restarts: number;
  /** How many times Redis runs out of memory. */
  readonly fills: number;
  /** Number of failovers to the replica: with all connections cut, and with no connection cut. */
  readonly failovers: number;
  readonly silentFailovers: number;
  /** How many times all connections of one process are cut repeatedly. */
  readonly flaps: number;
  /** How many times some connections become half-open. */
  readonly halfOpens: number;
}

/** The options of a run. Times are in milliseconds. */
export interface StressOptions {
  /** The seed of the random numbers. */
  readonly seed: number;
  readonly work: WorkCounts;
  readonly faults: FaultCounts;
  /**
   * Ownership time of messages on the channel of poison jobs. Longer than the detection of a half-open connection takes:
   * otherwise that would count as a death of the worker.
   */
  readonly poisonOwnershipTime: number;
  /** Time limit of the whole run. */
  readonly limit: number;
}

const FULL = {
  work: {
    chains: 2_000,
    fanIns: 200,
    orders: 400,
    notes: 400,
    limited: 300,
    cancels: 700,
    withPoison: 500,
    poison: 10,
  },
  faults: {
    ...{ kills: 150, pauses: 8, pauseTime: 2_500, restarts: 8, fills: 8, failovers: 6, silentFailovers: 6 },
    ...{ flaps: 20, halfOpens: 20 },
  },
  poisonOwnershipTime: 10_000,
  limit: 600_000,
};

const SHORT = {
  work: { chains: 150, fanIns: 12, orders: 40, notes: 40, limited: 90, cancels: 120, withPoison: 60, poison: 2 },
  faults: {
    ...{ kills: 12, pauses: 1, pauseTime: 1_200, restarts: 1, fills: 1, failovers: 1, silentFailovers: 1 },
    ...{ flaps: 2, halfOpens: 2 },
  },
  poisonOwnershipTime: 8_000,
  limit: 150_000,
};

/** Parses the command line. Returns undefined for `--help`. @throws UsageError */
export function readOptions(args: readonly string[]): StressOptions | undefined {
  const { help, short, seed } = parse(args);
  if (help) return undefined;
  return {
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 32) : parseSeed(seed),
    ...(short ? SHORT : FULL),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        short: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}.`);
  }
}

function parseSeed(seed: string): number {
  const number = Number(seed);
  if (seed !== '' && Number.isSafeInteger(number)) return number;
  throw new UsageError(`--seed is "${seed}": expected an integer.`);
}
