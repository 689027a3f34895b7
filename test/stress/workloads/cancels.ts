import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Repid } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { type Random, range } from '../random.js';
import {
  dependentName,
  delegateName,
  followerName,
  optionsOf,
  type Target,
  type TargetKind,
  targetName,
  targetOf,
} from './cancel-targets.js';
import { CHANNEL_PAIR, WORK, type Workload } from './workload.js';

/** Maximum time between enqueueing and cancelling a job, in milliseconds. */
const MAX_CANCEL_DELAY = 2_500;

/**
 * How long after its cancellation a run may start, in milliseconds: its message may have been in transit to a worker.
 * Retries and recurrences start later than that.
 */
const MAX_DELIVERY_DELAY = 500;

/** The result of a cancellation. */
interface Outcome {
  readonly isCancelled: boolean;
  /** When the client received it, in milliseconds since the epoch. */
  readonly at: number;
}

/** Jobs that are cancelled at random moments. Each has a dependent job and a follower. */
export class Cancellations implements Workload {
  private readonly outcomes = new Map<number, Outcome>();
  private readonly moments: readonly number[];

  constructor(
    private readonly client: Client,
    readonly count: number,
    random: Random,
  ) {
    this.moments = range(count).map(() => random.between(0, MAX_CANCEL_DELAY));
  }

  async enqueue(n: number): Promise<void> {
    const target = targetOf(n, [WORK, ...CHANNEL_PAIR]);
    await this.client.enqueue((repid) => jobsOf(repid, target));
    await sleep(this.moments[n]);
    const wasCancelled = await this.client.retryWhileUnavailable(({ repid }) =>
      repid.job('target', { id: targetName(n) }).cancel(),
    );
    // An earlier attempt may have cancelled it without receiving the reply.
    const isCancelled = wasCancelled || (await this.client.stateOf(targetName(n))) === 'cancelled';
    this.outcomes.set(n, { isCancelled, at: Date.now() });
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((n) => {
      const target = targetOf(n, [WORK, ...CHANNEL_PAIR]);
      const outcome = this.outcomes.get(n);
      if (!outcome) return [observations.lost(`target ${n}`, 'the result of its cancellation is unknown')];
      return outcome.isCancelled
        ? cancelledFindings(target, outcome.at, observations)
        : doneFindings(target, observations);
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
  const dependent = { channel, id: dependentName(n), args: n, dependsOn: job, useArgsBucket: n % 3 === 0 };
  return [...before, job, repid.job('dependent', dependent) as Job];
}

function cancelledFindings({ n, kind }: Target, at: number, observations: Observations): Finding[] {
  const label = `${kind} target ${n}, cancelled`;
  const late = [targetName(n), delegateName(n)]
    .flatMap((name) => observations.runStarts(name))
    .filter((ms) => ms > at + MAX_DELIVERY_DELAY);
  const never = mustNotStart(kind, n, observations).filter((name) => observations.runStarts(name).length > 0);
  const committed = mustNotBeCommitted(kind, n).filter((name) => observations.settlementsOf(name) > 0);
  return [
    ...late.map((ms) => observations.ranAfterCancel(label, `a run started ${ms - at} ms later`)),
    ...never.map((name) => observations.ranAfterCancel(label, `${name} has run`)),
    ...committed.map((name) => observations.ranAfterCancel(label, `${name} was committed`)),
    ...observations.checkEnd(label, targetName(n), 'cancelled'),
    ...(kind === 'recurring' ? [] : observations.checkEnd(label, dependentName(n), 'skipped')),
  ];
}

/** Returns the jobs that only a committed run starts. A target that delegated was committed before its cancellation. */
function mustNotStart(kind: TargetKind, n: number, observations: Observations): string[] {
  if (kind === 'recurring') return [];
  const hasDelegated = kind === 'delegating' && observations.settlementsOf(targetName(n)) > 0;
  return hasDelegated ? [dependentName(n)] : [dependentName(n), followerName(n)];
}

function mustNotBeCommitted(kind: TargetKind, n: number): string[] {
  if (kind === 'recurring') return [];
  return [kind === 'delegating' ? delegateName(n) : targetName(n)];
}

function doneFindings({ n, kind }: Target, observations: Observations): Finding[] {
  const label = `${kind} target ${n}, too late to be cancelled`;
  if (kind === 'recurring') return [observations.lost(label, 'a recurring job does not end without a cancellation')];
  const last = kind === 'delegating' ? delegateName(n) : targetName(n);
  return [
    ...observations.checkJobs(label, [
      [dependentName(n), n],
      [followerName(n), n],
    ]),
    ...observations.checkCount(label, observations.settlementsOf(last), 1),
    ...observations.checkResult(label, targetName(n), n),
  ];
}
