import type { BenchRedis } from './bench-redis.js';
import { BenchProcess, type ProcessRole } from './processes/bench-process.js';
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

/** One Redis, and for each subject producer and worker processes that are idle between their runs. */
export class Fixture {
  private readonly started = new Map<string, Promise<BenchProcess>>();

  constructor(
    readonly redis: BenchRedis,
    readonly options: FixtureOptions,
  ) {}

  /** Returns processes of a subject, and starts those that are not running. */
  processes(subject: SubjectName, role: ProcessRole, count: number): Promise<BenchProcess[]> {
    return Promise.all(Array.from({ length: count }, (_, n) => this.process(subject, role, n + 1)));
  }

  /** Returns `full`, or `quick` in a quick run. */
  size<Size>(full: Size, quick: Size): Size {
    return this.options.quick ? quick : full;
  }

  async stop(): Promise<void> {
    const processes = await Promise.allSettled(this.started.values());
    await Promise.all(processes.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
    await this.redis.stop();
  }

  private process(subject: SubjectName, role: ProcessRole, number: number): Promise<BenchProcess> {
    const key = `${subject} ${role} ${number}`;
    const process = this.started.get(key) ?? BenchProcess.start(subject, role, number, this.options.profile);
    this.started.set(key, process);
    return process;
  }
}
