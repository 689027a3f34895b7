import type { Case } from './figure.js';
import { BenchProcess, type ProcessRole } from './processes/bench-process.js';
import type { BenchRedis } from './redis/bench-redis.js';
import type { SubjectName } from './subjects/catalogue.js';

/** How much is measured. */
export interface StageOptions {
  /** Runs of each case that count. */
  readonly runs: number;
  /** Smaller sizes and shorter windows: to see that it works, not what it is worth. */
  readonly isQuick: boolean;
  /** Only these subjects; all where there is none. */
  readonly subjects: readonly SubjectName[];
  /** Only scenarios of these names, or whose name has one of these in it; all where there is none. */
  readonly scenarios: readonly string[];
  /** Where CPU profiles of all processes go. */
  readonly profileFolder?: string;
}

/** Where parts measure: one Redis, and for each subject producer and worker processes that idle between their runs. */
export class Stage {
  /** The scenarios that could have been asked for so far. */
  readonly offered = new Set<string>();
  private readonly processes = new Map<string, Promise<BenchProcess>>();

  constructor(
    readonly redis: BenchRedis,
    readonly options: StageOptions,
  ) {}

  /** A process of a subject, of several that have the same role; started when it is first asked for. */
  process(subject: SubjectName, role: ProcessRole, number = 1): Promise<BenchProcess> {
    const key = `${subject} ${role} ${number}`;
    let started = this.processes.get(key);
    if (started === undefined) {
      started = BenchProcess.start(subject, role, number, this.options.profileFolder);
      this.processes.set(key, started);
    }
    return started;
  }

  /** A producer and a worker of a subject. */
  async pair(subject: SubjectName): Promise<{ readonly producer: BenchProcess; readonly worker: BenchProcess }> {
    return { producer: await this.process(subject, 'producer'), worker: await this.process(subject, 'worker') };
  }

  /** `full`, or `quick` in a quick run. */
  size(full: number, quick: number): number {
    return this.options.isQuick ? quick : full;
  }

  /** The cases that were asked for. */
  choose<Kind extends Case>(cases: readonly Kind[]): Kind[] {
    const { subjects, scenarios } = this.options;
    for (const { scenario } of cases) this.offered.add(scenario);
    const wanted = scenariosLike(scenarios, new Set(cases.map(({ scenario }) => scenario)));
    return cases.filter(
      ({ subject, scenario }) => (subjects.length === 0 || subjects.includes(subject)) && wanted.has(scenario),
    );
  }

  /** Ends all processes. */
  async clear(): Promise<void> {
    const processes = await Promise.allSettled(this.processes.values());
    this.processes.clear();
    await Promise.all(processes.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  }
}

/** Those that have such a name; for a name that none has, those that have it in theirs. */
function scenariosLike(names: readonly string[], all: ReadonlySet<string>): ReadonlySet<string> {
  if (names.length === 0) return all;
  return new Set(names.flatMap((name) => (all.has(name) ? name : [...all].filter((one) => one.includes(name)))));
}
