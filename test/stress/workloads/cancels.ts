import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Repid } from '@repid/core';
import type { Client } from '../client.js';
import type { Evidence, Finding } from '../evidence.js';
import { type Random, range } from '../random.js';
import {
  afterwardsName,
  delegateName,
  followerName,
  optionsOf,
  type Target,
  type TargetKind,
  targetName,
  targetOf,
} from './targets.js';
import { TWINS, WORK, type Workload } from './workload.js';

/** The longest after its enqueueing that a job is cancelled, in milliseconds. */
const LATEST = 2_500;

/**
 * How long after the cancellation a run may begin, in milliseconds: its message may have been on its way to its worker.
 * Retries and further occurrences come later than that.
 */
const ON_ITS_WAY = 500;

/** What came of a cancellation. */
interface Outcome {
  readonly isCancelled: boolean;
  /** When that was known, in milliseconds since the epoch. */
  readonly at: number;
}

/** Jobs that are cancelled at random moments, wherever they are then; each has one that waits for its success, and a follower. */
export class Cancels implements Workload {
  private readonly outcomes = new Map<number, Outcome>();
  private readonly moments: readonly number[];

  constructor(
    private readonly client: Client,
    readonly amount: number,
    random: Random,
  ) {
    this.moments = range(amount).map(() => random.between(0, LATEST));
  }

  async enqueue(n: number): Promise<void> {
    const target = targetOf(n, [WORK, ...TWINS]);
    await this.client.enqueue((repid) => jobsOf(repid, target));
    await sleep(this.moments[n]);
    const wasCancelled = await this.client.insist(({ repid }) => repid.job('target', { id: targetName(n) }).cancel());
    // An attempt before may have cancelled it and been told nothing.
    const isCancelled = wasCancelled || (await this.client.stateOf(targetName(n))) === 'cancelled';
    this.outcomes.set(n, { isCancelled, at: Date.now() });
  }

  findings(evidence: Evidence): Finding[] {
    return range(this.amount).flatMap((n) => {
      const target = targetOf(n, [WORK, ...TWINS]);
      const outcome = this.outcomes.get(n);
      if (!outcome) return [evidence.lost(`target ${n}`, 'nobody knows whether it was cancelled')];
      return outcome.isCancelled ? cancelledFindings(target, outcome.at, evidence) : doneFindings(target, evidence);
    });
  }
}

function jobsOf(repid: Repid, target: Target): Job[] {
  const job = repid.job('target', optionsOf(target)) as Job;
  const before =
    target.kind === 'waiting' ? [repid.job('before', { channel: WORK, id: `before${target.n}` }) as Job] : [];
  job.dependOn(...before);
  if (target.kind === 'recurring') return [job];
  const { channel, n } = target;
  const afterwards = { channel, id: afterwardsName(n), args: n, dependsOn: job, useArgsBucket: n % 3 === 0 };
  return [...before, job, repid.job('afterwards', afterwards) as Job];
}

function cancelledFindings({ n, kind }: Target, at: number, evidence: Evidence): Finding[] {
  const about = `${kind} target ${n}, cancelled`;
  const late = [targetName(n), delegateName(n)]
    .flatMap((name) => evidence.begins(name))
    .filter((ms) => ms > at + ON_ITS_WAY);
  const never = neverBegun(kind, n, evidence).filter((name) => evidence.begins(name).length > 0);
  const committed = neverCommitted(kind, n).filter((name) => evidence.settled(name) > 0);
  return [
    ...late.map((ms) => evidence.ranThough(about, `a run began ${ms - at} ms later`)),
    ...never.map((name) => evidence.ranThough(about, `${name} has run`)),
    ...committed.map((name) => evidence.ranThough(about, `${name} was committed`)),
    ...evidence.endedAs(about, targetName(n), 'cancelled'),
    ...(kind === 'recurring' ? [] : evidence.endedAs(about, afterwardsName(n), 'skipped')),
  ];
}

/** Those that follow a run that was committed. One that has delegated was committed before it was cancelled. */
function neverBegun(kind: TargetKind, n: number, evidence: Evidence): string[] {
  if (kind === 'recurring') return [];
  const hasDelegated = kind === 'delegating' && evidence.settled(targetName(n)) > 0;
  return hasDelegated ? [afterwardsName(n)] : [afterwardsName(n), followerName(n)];
}

function neverCommitted(kind: TargetKind, n: number): string[] {
  if (kind === 'recurring') return [];
  return [kind === 'delegating' ? delegateName(n) : targetName(n)];
}

function doneFindings({ n, kind }: Target, evidence: Evidence): Finding[] {
  const about = `${kind} target ${n}, too late to be cancelled`;
  if (kind === 'recurring') return [evidence.lost(about, 'a recurring job never ends by itself')];
  const last = kind === 'delegating' ? delegateName(n) : targetName(n);
  return [
    ...evidence.compareAll(about, [
      [afterwardsName(n), n],
      [followerName(n), n],
    ]),
    ...evidence.compareCounts(about, evidence.settled(last), 1),
    ...evidence.compareResult(about, targetName(n), n),
  ];
}
