import { parseArgs } from 'node:util';

/** What may be asked for. */
export const USAGE = `npm run stress -- [options]

Runs chains, fan-ins and other jobs through Redis while workers are killed, connections are cut or left half-open, and Redis
is paused, restarted, full or handed over to its replica; then counts.

Options:
  --short     a tenth of it
  --seed <n>  begins as another run did, which said its seed
  --help      tells this`;

/** A command line that asks for what there is not. Its message is one line for whoever typed it. */
export class UsageError extends Error {}

/** How much work is done. */
export interface Amounts {
  /** Chains of five steps. */
  readonly chains: number;
  /** Fan-ins of twenty. */
  readonly fanIns: number;
  /** Ids that are enqueued on two channels. */
  readonly orders: number;
  /** Bare messages on each of two channels, with two followers. */
  readonly notes: number;
  /** Jobs of actors with a limit; a third of them hang. */
  readonly limited: number;
  /** Jobs that are cancelled. */
  readonly cancels: number;
  /** Jobs among those that kill their worker. */
  readonly risky: number;
  /** Jobs that kill their worker. */
  readonly poison: number;
}

/** How much is done against it. */
export interface Faults {
  /** Worker processes killed, at least. */
  readonly kills: number;
  /** How many times Redis stands still, and how long, in milliseconds. */
  readonly pauses: number;
  readonly pauseTime: number;
  /** How many times Redis is ended and started again. */
  readonly restarts: number;
  /** How many times it is full. */
  readonly fills: number;
  /** How many times its replica becomes the master, with connections cut; and without. */
  readonly failovers: number;
  readonly silentFailovers: number;
  /** How many times all connections of one process are cut again and again. */
  readonly flaps: number;
  /** How many times some connections are left half-open. */
  readonly halfOpens: number;
}

/** What a run is like; spans in milliseconds. */
export interface StressOptions {
  /** What chance begins with. */
  readonly seed: number;
  readonly amounts: Amounts;
  readonly faults: Faults;
  /** How long a message is safe whose worker was killed by a poison job: longer than it takes to notice a half-open connection, or that would count as a death. */
  readonly riskyOwnership: number;
  /** How long the whole of it may take. */
  readonly limit: number;
}

const FULL = {
  amounts: { chains: 2_000, fanIns: 200, orders: 400, notes: 400, limited: 300, cancels: 700, risky: 500, poison: 10 },
  faults: {
    ...{ kills: 150, pauses: 8, pauseTime: 2_500, restarts: 8, fills: 8, failovers: 6, silentFailovers: 6 },
    ...{ flaps: 20, halfOpens: 20 },
  },
  riskyOwnership: 10_000,
  limit: 600_000,
};

const SHORT = {
  amounts: { chains: 150, fanIns: 12, orders: 40, notes: 40, limited: 90, cancels: 120, risky: 60, poison: 2 },
  faults: {
    ...{ kills: 12, pauses: 1, pauseTime: 1_200, restarts: 1, fills: 1, failovers: 1, silentFailovers: 1 },
    ...{ flaps: 2, halfOpens: 2 },
  },
  riskyOwnership: 8_000,
  limit: 150_000,
};

/** From the command line; nothing where all that is asked for is help. @throws UsageError */
export function readOptions(args: readonly string[]): StressOptions | undefined {
  const { help, short, seed } = parse(args);
  if (help) return undefined;
  return {
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 32) : wholeNumber(seed),
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

function wholeNumber(seed: string): number {
  const number = Number(seed);
  if (seed !== '' && Number.isSafeInteger(number)) return number;
  throw new UsageError(`--seed is "${seed}": expected a whole number.`);
}
