/** The kinds of findings. A successful run has none. */
export const FINDING_KINDS = [
  'chains lost',
  'followers duplicated',
  'wrong results',
  'cancelled jobs that ran',
  'healthy jobs dead-lettered',
  'poison jobs not dead-lettered',
  'results not delivered',
  'half-open connections kept',
  'leftover keys',
  'workers died',
  'unhandled rejections',
  'unexpected errors',
] as const;

/** A violation of what the run expects. */
export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  readonly text: string;
}

/** A result as stored in Redis. */
export interface StoredResult {
  readonly success?: boolean;
  readonly data: unknown;
  readonly skipped?: boolean;
  readonly cancelled?: boolean;
  readonly exception?: string;
}

/** The relevant fields of a dead letter in Redis. */
export interface StoredDeadLetter {
  readonly channel: string;
  readonly jobId: string;
  /** The error code of its reason. */
  readonly code: string;
}

/** What Redis and the run log contain at the end of a run, and checks of it. */
export class Observations {
  /**
   * @param commits number of committed settlements by job
   * @param results by bucket id
   * @param runs start times of the runs of each job, in milliseconds since the epoch
   */
  constructor(
    private readonly commits: ReadonlyMap<string, number>,
    private readonly results: ReadonlyMap<string, StoredResult>,
    private readonly runs: ReadonlyMap<string, readonly number[]>,
    private readonly deadLetters: readonly StoredDeadLetter[],
  ) {}

  /** Number of jobs whose settlement was committed. */
  get settledJobs(): number {
    return this.commits.size;
  }

  /** Number of runs without a committed settlement: the run failed, or its worker was killed. */
  get repeatedRuns(): number {
    const started = [...this.runs.values()].reduce((sum, runs) => sum + runs.length, 0);
    return started - [...this.commits.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Returns the number of committed settlements of a job. */
  settlementsOf(name: string): number {
    return this.commits.get(name) ?? 0;
  }

  /** Returns the start times of a job's runs. */
  runStarts(name: string): readonly number[] {
    return this.runs.get(name) ?? [];
  }

  /** Checks that each job was settled once and has this result. Reports all lost jobs as one finding. */
  checkJobs(label: string, expected: readonly (readonly [name: string, value: unknown])[]): Finding[] {
    const findings = expected.flatMap(([name, value]) => [
      ...this.checkCount(name, this.settlementsOf(name), 1),
      ...this.checkResult(name, name, value),
    ]);
    const lost = findings.filter(({ kind }) => kind === 'chains lost').map(({ text }) => text);
    const others = findings.filter(({ kind }) => kind !== 'chains lost');
    return lost.length === 0 ? others : [this.lost(label, lost.join(', ')), ...others];
  }

  /** Reports too few as lost, and too many as duplicated. */
  checkCount(label: string, found: number, expected: number): Finding[] {
    if (found === expected) return [];
    const text = `${label}: ${found} instead of ${expected}`;
    return [{ kind: found < expected ? 'chains lost' : 'followers duplicated', text }];
  }

  /** Checks that the result exists, is successful and has this value. */
  checkResult(label: string, id: string, value: unknown): Finding[] {
    const result = this.results.get(id);
    if (result === undefined) return [this.lost(label, `no result "${id}"`)];
    const isRight = result.success === true && JSON.stringify(result.data) === JSON.stringify(value);
    return isRight ? [] : [wrongResult(label, `result "${id}" is ${JSON.stringify(result)}`)];
  }

  /** Checks that the result says that the job did not run, and why. */
  checkEnd(label: string, id: string, end: 'cancelled' | 'skipped'): Finding[] {
    const result = this.results.get(id);
    if (result?.success === false && result[end] === true) return [];
    return [wrongResult(label, `result "${id}" should be ${end} and is ${JSON.stringify(result)}`)];
  }

  /** Checks that the job has one dead letter, because it killed its workers, and a failed result. */
  checkDeadLettered(channel: string, jobId: string): Finding[] {
    const letters = this.deadLetters.filter((letter) => letter.channel === channel && letter.jobId === jobId);
    const result = this.results.get(jobId);
    const hasFailed = result?.success === false && !result.cancelled && !result.skipped;
    if (letters.length === 1 && letters[0]!.code === 'REPID_TOO_MANY_DELIVERIES' && hasFailed) return [];
    const text = `${jobId} has ${letters.length} dead letters and the result ${JSON.stringify(result)}`;
    return [{ kind: 'poison jobs not dead-lettered', text }];
  }

  /** Reports all dead letters except those of the expected jobs. */
  unexpectedDeadLetters(expected: ReadonlySet<string>): Finding[] {
    return this.deadLetters
      .filter(({ jobId }) => !expected.has(jobId))
      .map(({ channel, jobId, code }) => ({
        kind: 'healthy jobs dead-lettered',
        text: `${jobId} on channel ${channel}: ${code}`,
      }));
  }

  lost(label: string, detail: string): Finding {
    return { kind: 'chains lost', text: `${label}: ${detail}` };
  }

  ranAfterCancel(label: string, detail: string): Finding {
    return { kind: 'cancelled jobs that ran', text: `${label}: ${detail}` };
  }
}

function wrongResult(label: string, detail: string): Finding {
  return { kind: 'wrong results', text: `${label}: ${detail}` };
}
