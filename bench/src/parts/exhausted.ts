import { availableParallelism } from 'node:os';

/** How many cores each kept busy; of producers and workers there are two. */
export interface Shares {
  readonly redis: number;
  readonly producers: number;
  readonly workers: number;
}

/** From here on there is nothing to be had. */
const FULL = 0.9;

/** What it was that gave out first, in words. */
export function exhausted({ redis, producers, workers }: Shares, cores = availableParallelism()): string {
  if (redis >= FULL) return 'the thread of Redis is full';
  if (redis + producers + workers >= FULL * cores) return `the ${cores} cores of the machine are full`;
  if (workers / 2 >= FULL) return 'the threads of the workers are full';
  if (producers / 2 >= FULL) return 'the threads of the producers are full';
  return 'nothing is full: they wait for each other';
}
