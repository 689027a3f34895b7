/** What there must be none of. */
export const FINDING_KINDS = [
  'chains lost',
  'followers doubled',
  'results wrong',
  'cancelled that ran',
  'innocents dead-lettered',
  'poison not given up',
  'ends not told',
  'half-open connections kept',
  'left over',
  'workers died',
  'unhandled rejections',
  'unexpected errors',
] as const;

/** One thing that is not as it should be. */
export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  readonly text: string;
}

/** A result as it lies in Redis. */
export interface StoredResult {
  readonly success?: boolean;
  readonly data: unknown;
  readonly skipped?: boolean;
  readonly cancelled?: boolean;
  readonly exception?: string;
}

/** A dead letter, as far as it matters. */
export interface Letter {
  readonly channel: string;
  readonly jobId: string;
  /** Why it is one. */
  readonly code: string;
}

/** What is there when all is over, and what it says. */
export class Evidence {
  /**
   * @param commits how many settlements of each job were committed
   * @param results by bucket id
   * @param runs when the runs of each job began, in milliseconds since the epoch
   */
  constructor(
    private readonly commits: ReadonlyMap<string, number>,
    private readonly results: ReadonlyMap<string, StoredResult>,
    private readonly runs: ReadonlyMap<string, readonly number[]>,
    private readonly letters: readonly Letter[],
  ) {}

  /** Jobs whose settlement was committed. */
  get jobsDone(): number {
    return this.commits.size;
  }

  /** Runs that came to nothing: their worker was killed, or they failed. */
  get runsRepeated(): number {
    const begun = [...this.runs.values()].reduce((sum, runs) => sum + runs.length, 0);
    return begun - [...this.commits.values()].reduce((sum, times) => sum + times, 0);
  }

  /** How many settlements of the job were committed. */
  settled(name: string): number {
    return this.commits.get(name) ?? 0;
  }

  /** When its runs began. */
  begins(name: string): readonly number[] {
    return this.runs.get(name) ?? [];
  }

  /** Each of these jobs must have been settled once, and have left this result. What is missing of them counts once. */
  compareAll(about: string, expected: readonly (readonly [name: string, value: unknown])[]): Finding[] {
    const findings = expected.flatMap(([name, value]) => [
      ...this.compareCounts(name, this.settled(name), 1),
      ...this.compareResult(name, name, value),
    ]);
    const lost = findings.filter(({ kind }) => kind === 'chains lost').map(({ text }) => text);
    const others = findings.filter(({ kind }) => kind !== 'chains lost');
    return lost.length === 0 ? others : [this.lost(about, lost.join(', ')), ...others];
  }

  /** Too few are lost, too many are doubled. */
  compareCounts(about: string, found: number, expected: number): Finding[] {
    if (found === expected) return [];
    const text = `${about}: ${found} instead of ${expected}`;
    return [{ kind: found < expected ? 'chains lost' : 'followers doubled', text }];
  }

  compareResult(about: string, id: string, value: unknown): Finding[] {
    const result = this.results.get(id);
    if (result === undefined) return [this.lost(about, `no result "${id}"`)];
    const isRight = result.success === true && JSON.stringify(result.data) === JSON.stringify(value);
    return isRight ? [] : [wrong(about, `result "${id}" is ${JSON.stringify(result)}`)];
  }

  /** Its result must say that it was not run, and why. */
  endedAs(about: string, id: string, end: 'cancelled' | 'skipped'): Finding[] {
    const result = this.results.get(id);
    if (result?.success === false && result[end] === true) return [];
    return [wrong(about, `result "${id}" should say ${end} and is ${JSON.stringify(result)}`)];
  }

  /** It must be in the dead letters, once, since its workers died of it, and its result must say that it has failed. */
  isGivenUp(channel: string, jobId: string): Finding[] {
    const codes = this.letters.filter((letter) => letter.channel === channel && letter.jobId === jobId);
    const result = this.results.get(jobId);
    const hasFailed = result?.success === false && !result.cancelled && !result.skipped;
    if (codes.length === 1 && codes[0]!.code === 'REPID_TOO_MANY_DELIVERIES' && hasFailed) return [];
    const text = `${jobId} has ${codes.length} dead letters and the result ${JSON.stringify(result)}`;
    return [{ kind: 'poison not given up', text }];
  }

  /** All dead letters but those of these jobs. */
  innocents(guilty: ReadonlySet<string>): Finding[] {
    return this.letters
      .filter(({ jobId }) => !guilty.has(jobId))
      .map(({ channel, jobId, code }) => ({
        kind: 'innocents dead-lettered',
        text: `${jobId} on channel ${channel}: ${code}`,
      }));
  }

  lost(about: string, what: string): Finding {
    return { kind: 'chains lost', text: `${about}: ${what}` };
  }

  ranThough(about: string, what: string): Finding {
    return { kind: 'cancelled that ran', text: `${about}: ${what}` };
  }
}

function wrong(about: string, what: string): Finding {
  return { kind: 'results wrong', text: `${about}: ${what}` };
}
