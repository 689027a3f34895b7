import { parseArgs } from 'node:util';

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

/** From the command line: `--short` for a quarter of it, `--seed` to begin as another run did. */
export function readOptions(args: readonly string[]): StressOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, short: { type: 'boolean', default: false } },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed is "${values.seed}". Give a whole number.`);
  return { seed, ...(values.short ? SHORT : FULL) };
}
