import { mean, sum } from 'd3-array';
import type { Redis } from 'ioredis';
import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import type { BenchProcess } from '../processes/bench-process.js';
import { redisCpuSeconds } from '../redis-statistics.js';
import type { QueueSettings, Sending } from '../subjects/subject.js';
import type { Window, Work } from '../tasks/work.js';
import type { Jobs } from './part.js';

/** The concurrency of workers, unless the part varies it. */
const CONCURRENCY = 100;

/** How long several processes may take to start, in milliseconds: they are measured after all have started. */
export const START_TIME = 700;

/** The distance between the first ids of two producers. */
const ID_RANGE = 500_000;

interface DriverOptions extends Partial<QueueSettings> {
  /** @default 1 */
  readonly producers?: number;
  /** @default 1 */
  readonly workers?: number;
}

/** Producers and workers of a subject at an empty Redis. It counts jobs: if one is lost or repeated, the run fails. */
export class Driver {
  /** Jobs that were not done after the last `measure` or `check`. */
  left = 0;
  private sent = 0;
  private handled = 0;

  private constructor(
    private readonly redis: Redis,
    readonly settings: QueueSettings,
    private readonly producers: readonly BenchProcess[],
    private readonly workers: readonly BenchProcess[],
  ) {}

  static async start(fixture: Fixture, { subject, variant }: Jobs, options: DriverOptions = {}): Promise<Driver> {
    const { producers = 1, workers = 1, ...others } = options;
    const settings = { url: fixture.url, variant, concurrency: CONCURRENCY, ...others };
    const senders = await fixture.processes(subject, 'producer', producers);
    const takers = await fixture.processes(subject, 'worker', workers);
    await fixture.redis.flushall('SYNC'); // No run is slowed down by the leftovers of another.
    return new Driver(fixture.redis, settings, senders, takers);
  }

  get producer(): BenchProcess['tasks'] {
    return this.producers[0]!.tasks;
  }

  get worker(): BenchProcess['tasks'] {
    return this.workers[0]!.tasks;
  }

  async preload(count: number, maxQueued?: number): Promise<void> {
    await this.producer.preload(this.settings, count, maxQueued);
    this.sent += count;
  }

  /** Lets all producers send for `duration` milliseconds. */
  async enqueue(sending: Sending, duration: number): Promise<Work> {
    const works = this.producers.map(({ tasks }, n) => tasks.enqueue(this.settings, sending, duration, n * ID_RANGE));
    const work = together(await Promise.all(works));
    this.sent += work.total;
    return work;
  }

  /** Lets all workers work in the same window. */
  async drain(window: Window): Promise<Work> {
    const work = together(await Promise.all(this.workers.map(({ tasks }) => tasks.drain(this.settings, window))));
    this.handled += work.total;
    return work;
  }

  /** Returns the rate of some work, and its cost for the processes and Redis. @throws Error as `check` does */
  async measure(action: () => Promise<Work>): Promise<Sample> {
    const cpuBefore = await redisCpuSeconds(this.redis);
    const { jobs, total, seconds, cpuSeconds } = await action();
    const redisSeconds = (await redisCpuSeconds(this.redis)) - cpuBefore;
    await this.check();
    const cpu = { process: (cpuSeconds * 10_000) / jobs, redis: (redisSeconds * 10_000) / total };
    return { value: jobs / seconds, cpu };
  }

  /** @throws Error if a job is missing or was handled more than once */
  async check(): Promise<void> {
    this.left = await this.producer.left(this.settings);
    if (this.sent === this.handled + this.left) return;
    throw new Error(`Of ${this.sent} jobs ${this.handled} were handled and ${this.left} are left.`);
  }
}

function together(works: readonly Work[]): Work {
  return {
    jobs: sum(works, ({ jobs }) => jobs),
    total: sum(works, ({ total }) => total),
    seconds: mean(works, ({ seconds }) => seconds)!,
    cpuSeconds: sum(works, ({ cpuSeconds }) => cpuSeconds),
  };
}
