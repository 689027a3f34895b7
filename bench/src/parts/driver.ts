import { mean, sum } from 'd3-array';
import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import type { BenchProcess } from '../processes/bench-process.js';
import type { SubjectName } from '../subjects/catalogue.js';
import type { QueueSettings } from '../subjects/subject.js';
import type { EnqueueOrder } from '../tasks/produce.js';
import type { DrainOrder, Work } from '../tasks/work.js';

/** The concurrency of workers, wherever it is not what is varied. */
const CONCURRENCY = 100;

/** The ids of each producer start so far from those of the other. */
const ID_RANGE = 2_000_000;

interface DriverOptions
  extends Omit<QueueSettings, 'url' | 'concurrency'>, Partial<Pick<QueueSettings, 'concurrency'>> {
  readonly subject: SubjectName;
  /** @default 1 */
  readonly producers?: number;
  /** @default 1 */
  readonly workers?: number;
}

/** One run: producers and workers of a subject at an empty Redis. Counts jobs: where one is lost or repeated, the run fails. */
export class Driver {
  private sent = 0;
  private handled = 0;

  private constructor(
    private readonly redis: Fixture['redis'],
    readonly settings: QueueSettings,
    private readonly producers: readonly BenchProcess[],
    private readonly workers: readonly BenchProcess[],
  ) {}

  static async start(fixture: Fixture, options: DriverOptions): Promise<Driver> {
    const { subject, producers = 1, workers = 1, ...settings } = options;
    const driver = new Driver(
      fixture.redis,
      { url: fixture.redis.url, concurrency: CONCURRENCY, ...settings },
      await fixture.processes(subject, 'producer', producers),
      await fixture.processes(subject, 'worker', workers),
    );
    await fixture.redis.flush();
    return driver;
  }

  get producer(): BenchProcess {
    return this.producers[0]!;
  }

  get worker(): BenchProcess {
    return this.workers[0]!;
  }

  async preload(count: number, maxQueued?: number): Promise<void> {
    await this.producer.run('preload', this.settings, count, maxQueued);
    this.sent += count;
  }

  async enqueue(order: EnqueueOrder): Promise<Work> {
    const firstId = (n: number): number => n * ID_RANGE;
    const work = await together(
      this.producers.map((one, n) => one.run('enqueue', this.settings, { ...order, firstId: firstId(n) })),
    );
    this.sent += work.total;
    return work;
  }

  async drain(order: DrainOrder): Promise<Work> {
    const work = await together(this.workers.map((one) => one.run('drain', this.settings, order)));
    this.handled += work.total;
    return work;
  }

  /** Waits for a task of the worker, and for one that is started when the worker is ready for it. */
  async overlap<Worked, Sent>(working: Promise<Worked>, send: () => Promise<Sent>): Promise<[Worked, Sent]> {
    return Promise.all([working, this.worker.ready().then(send)]);
  }

  /** Returns the rate of some work, and what it costs the processes and Redis. */
  async measure(action: () => Promise<Work>): Promise<Sample> {
    const cpuBefore = await this.redis.cpuSeconds();
    const { jobs, total, seconds, cpuSeconds } = await action();
    const redisSeconds = (await this.redis.cpuSeconds()) - cpuBefore;
    return {
      value: jobs / seconds,
      cpu: { process: (cpuSeconds * 10_000) / jobs, redis: (redisSeconds * 10_000) / total },
    };
  }

  /** Returns the number of jobs that are not done. @throws Error where a job is missing or was handled twice */
  async countLeft(): Promise<number> {
    const left = await this.producer.run('left', this.settings);
    if (this.sent === this.handled + left) return left;
    throw new Error(`Of ${this.sent} jobs ${this.handled} were handled and ${left} are left.`);
  }
}

/** The work of several processes in the same window. */
async function together(works: readonly Promise<Work>[]): Promise<Work> {
  const all = await Promise.all(works);
  return {
    jobs: sum(all, ({ jobs }) => jobs),
    total: sum(all, ({ total }) => total),
    seconds: mean(all, ({ seconds }) => seconds)!,
    cpuSeconds: sum(all, ({ cpuSeconds }) => cpuSeconds),
  };
}
