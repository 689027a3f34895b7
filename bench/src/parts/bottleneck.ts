import { greatest } from 'd3-array';

/** The number of cores that each kind of process uses, and of idle cores. There are two producers and two workers. */
export interface BusyCores {
  readonly redis: number;
  readonly producers: number;
  readonly workers: number;
  readonly idle: number;
}

/** The scenarios of these figures. */
export const BUSY_SCENARIOS: readonly (readonly [keyof BusyCores, scenario: string])[] = [
  ['redis', 'busy then: Redis'],
  ['producers', 'busy then: producers'],
  ['workers', 'busy then: workers'],
  ['idle', 'idle then'],
];

/** Returns the bottleneck: a thread has at most one core, the machine has all of them. */
export function bottleneckOf({ redis, producers, workers, idle }: BusyCores, cores: number): string {
  const shares: readonly (readonly [string, number])[] = [
    ['thread of Redis', redis],
    ['threads of the producers', producers / 2],
    ['threads of the workers', workers / 2],
    ['cores of the machine', 1 - idle / cores],
  ];
  const [name, share] = greatest(shares, ([, one]) => one)!;
  return `${name}, ${Math.round(share * 100)} %`;
}
