/** How many cores each kept busy, and how many had nothing to do; of producers and workers there are two. */
export interface Shares {
  readonly redis: number;
  readonly producers: number;
  readonly workers: number;
  readonly idle: number;
}

/** What is nearest to its end, and how much of it was busy, from 0 to 1. */
export interface Scarcest {
  readonly what: string;
  readonly busy: number;
}

/** What runs out first where more is sent: a thread has one core at most, the machine has so many. */
export function scarcest({ redis, producers, workers, idle }: Shares, cores: number): Scarcest {
  const all: readonly Scarcest[] = [
    { what: 'thread of Redis', busy: redis },
    { what: 'threads of the producers', busy: producers / 2 },
    { what: 'threads of the workers', busy: workers / 2 },
    { what: 'cores of the machine', busy: 1 - idle / cores },
  ];
  return all.reduce((most, one) => (one.busy > most.busy ? one : most));
}
