import { parseArgs } from 'node:util';

/** What may be asked for. */
export const USAGE = `npm run stress -- [options]

Runs chains and fan-ins while workers are killed, Redis is paused and restarted, and connections are cut; then counts.

Options:
  --short     a quarter of it
  --seed <n>  begins as another run did, which said its seed
  --help      tells this`;

/** A command line that asks for what there is not. Its message is one line for whoever typed it. */
export class UsageError extends Error {}

/** How much is done, and how much is done against it. */
export interface StressOptions {
  /** What chance begins with. */
  readonly seed: number;
  /** Chains of five steps. */
  readonly chains: number;
  /** Fan-ins of twenty. */
  readonly fanIns: number;
  /** Worker processes killed, at least. */
  readonly kills: number;
  /** How many times Redis stands still for a while. */
  readonly pauses: number;
  /** How many times Redis is ended and started again. */
  readonly restarts: number;
}

const FULL = { chains: 1_000, fanIns: 100, kills: 60, pauses: 5, restarts: 5 };
const SHORT = { chains: 200, fanIns: 20, kills: 15, pauses: 2, restarts: 2 };

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
