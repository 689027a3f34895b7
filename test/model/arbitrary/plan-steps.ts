import type { JobPlan } from '../plan/job-plan.js';
import { CHANNELS } from '../plan/plan.js';
import type { Action, IdConflict, Step } from '../plan/step.js';
import type { RawJob } from './raw-job.js';
import type { RawStep } from './raw-step.js';

/** The parts of the plan that are known before its steps are made. */
interface Known {
  readonly raw: readonly RawJob[];
  readonly jobs: readonly JobPlan[];
  /** The number of steps that enqueue jobs. */
  readonly writes: number;
  /** Workers may be lost. Then a message may run, be delivered again, and be purged. */
  readonly losesWorkers: boolean;
}

/** Turns drawn values into valid steps. Each job of the client is enqueued once. */
export function planSteps(
  drawn: readonly RawStep[],
  raw: readonly RawJob[],
  jobs: readonly JobPlan[],
  losesWorkers: boolean,
): Step[] {
  const writes = drawn.filter(({ type }) => type === 'enqueue').length;
  const isTaken = drawn.some(({ type }) => type === 'take');
  const known = { raw, jobs, writes, losesWorkers: losesWorkers || isTaken };
  let write = 0;
  return drawn.flatMap((step) => {
    const action = planAction(step, known, step.type === 'enqueue' ? write++ : 0);
    return action ? [{ turns: step.turns, action }] : [];
  });
}

/** Returns undefined if no job or channel allows the action. */
function planAction(step: RawStep, known: Known, write: number): Action | undefined {
  const channel = step.channel % CHANNELS;
  switch (step.type) {
    case 'enqueue':
      return planWrite(step, known, write);
    case 'cancel':
      return planCancel(step, known);
    case 'enqueue again':
      return planAgain(step, known);
    case 'purge':
      return canPurge(channel, known) ? { type: 'purge', channel } : undefined;
    case 'pause':
      return { type: 'pause', channel, times: step.times };
    case 'resume':
      return { type: 'resume', channel };
    case 'take':
      return { type: 'take', count: step.count };
    case 'replay':
      return { type: 'replay', channel, withDependents: step.withDependents };
    case 'wait':
    case 'fill':
      return { type: step.type };
  }
}

/** Includes a job that delegates, if the plan has one. */
function planCancel({ jobs: drawn }: RawStep, { jobs }: Known): Action {
  const delegators = jobs.flatMap(({ identity, parent }) => (identity === 'delegated' ? [parent!] : []));
  const more = delegators.length > 0 ? [delegators[drawn[0]! % delegators.length]!] : [];
  return { type: 'cancel', jobs: [...new Set([...drawn.map((n) => n % jobs.length), ...more])] };
}

function planWrite(
  { isTogether, conflicts }: RawStep,
  { raw, jobs, writes }: Known,
  write: number,
): Action | undefined {
  const own = jobs
    .map((_, n) => n)
    .filter((n) => jobs[n]!.parent === undefined && raw[n]!.write % writes === write)
    .toSorted((a, b) => raw[a]!.position - raw[b]!.position || a - b);
  return own.length === 0
    ? undefined
    : { type: 'enqueue', jobs: own, isTogether, conflicts: planConflicts(conflicts, own, jobs) };
}

/** Chooses jobs that certainly exist while their channel is paused. */
function planConflicts(
  conflicts: readonly IdConflict[],
  written: readonly number[],
  jobs: readonly JobPlan[],
): IdConflict[] {
  const held = written.filter((n) => jobs[n]!.identity !== 'bare' && jobs[n]!.dependsOn.length === 0);
  if (held.length === 0) return [];
  return conflicts.map(({ job, asksFor }) => ({ job: held[job % held.length]!, asksFor }));
}

/** Chooses a job without followers: followers of the first and the second life could hardly be distinguished. */
function planAgain({ jobs: drawn }: RawStep, { jobs }: Known): Action | undefined {
  const candidates = jobs
    .map((_, n) => n)
    .filter((n) => {
      const { parent, identity, behaviour } = jobs[n]!;
      const isPlain = parent === undefined && identity !== 'bare' && !behaviour.recurs;
      return isPlain && !jobs.some((job) => job.parent === n);
    });
  if (candidates.length === 0) return undefined;
  return { type: 'enqueue again', job: candidates[drawn[0]! % candidates.length]! };
}

/** The test cannot tell whether a bare message was purged after a lost run. */
function canPurge(channel: number, { jobs, losesWorkers }: Known): boolean {
  return !losesWorkers || !jobs.some((job) => job.identity === 'bare' && job.channel === channel);
}
