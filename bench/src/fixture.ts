import { startServer, type RedisServer } from '@repid/test/redis-server';
import { range } from 'd3-array';
import { Redis } from 'ioredis';
import { startProcess, type BenchProcess } from './processes/bench-process.js';
import type { SubjectName } from './subjects/catalogue.js';

/** How much is measured. */
export interface FixtureOptions {
  /** Measured runs of each case. */
  readonly runs: number;
  /** Smaller sizes and shorter windows, to check that it works. The figures mean little. */
  readonly quick: boolean;
  /** The folder for CPU profiles of all processes. */
  readonly profile?: string;
}

/** A redis-server without persistence, and for each subject producer and worker processes that are idle between their runs. */
export class Fixture {
  readonly redis: Redis;
  private readonly started = new Map<string, Promise<BenchProcess>>();

  private constructor(
    readonly options: FixtureOptions,
    private readonly server: RedisServer,
  ) {
    this.redis = new Redis(server.url);
  }

  static async start(options: FixtureOptions): Promise<Fixture> {
    return new Fixture(options, await startServer());
  }

  get url(): string {
    return this.server.url;
  }

  /** Returns processes of a subject, and starts those that are not running. */
  processes(subject: SubjectName, role: 'producer' | 'worker', count: number): Promise<BenchProcess[]> {
    const names = range(1, count + 1).map((number) => `${subject}-${role}-${number}`);
    for (const name of names)
      if (!this.started.has(name)) this.started.set(name, startProcess(subject, name, this.options.profile));
    return Promise.all(names.map((name) => this.started.get(name)!));
  }

  /** Returns `full`, or `quick` in a quick run. */
  size<Size>(full: Size, quick: Size): Size {
    return this.options.quick ? quick : full;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.started.values()].map((starting) => starting.then((one) => one.stop())));
    this.redis.disconnect();
    await this.server.stop();
  }
}
