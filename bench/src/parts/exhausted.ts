/** How many cores each kept busy, and how many had nothing to do; of producers and workers there are two. */
export interface Shares {
  readonly redis: number;
  readonly producers: number;
  readonly workers: number;
  readonly idle: number;
}

/** From here on there is nothing to be had of a thread. */
const FULL = 0.9;

/** With less than this of a core to spare a machine has nothing to give. */
const SPARE = 0.2;

/** What it was that gave out first, in words. */
export function exhausted({ redis, producers, workers, idle }: Shares): string {
  if (redis >= FULL) return 'the thread of Redis is full';
  if (idle < SPARE) return 'the cores of the machine are full';
  if (workers / 2 >= FULL) return 'the threads of the workers are full';
  if (producers / 2 >= FULL) return 'the threads of the producers are full';
  return 'nothing is full: they wait for each other';
}
