import type { JobPlan } from '../plan/job-plan.js';
import { CHANNELS } from '../plan/plan.js';
import type { Act, Rival, Step } from '../plan/step.js';
import type { RawJob } from './raw-job.js';
import type { RawStep } from './raw-step.js';

/** What is known of the plan when its steps are made. */
interface Known {
  readonly raw: readonly RawJob[];
  readonly jobs: readonly JobPlan[];
  /** How many of the steps enqueue. */
  readonly writes: number;
  /** Workers may be lost, and run a message again that is purged then. */
  readonly losesWorkers: boolean;
}

/** The steps that come of what was drawn; each job of the client is enqueued once. */
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
    const act = planAct(step, known, step.type === 'enqueue' ? write++ : 0);
    return act ? [{ turns: step.turns, act }] : [];
  });
}

/** Undefined where there is nothing that it could be done to. */
function planAct(step: RawStep, known: Known, write: number): Act | undefined {
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

/** Among them one whose result comes from the job that it has delegated to, where there is any. */
function planCancel({ jobs: drawn }: RawStep, { jobs }: Known): Act {
  const delegators = jobs.flatMap(({ identity, parent }) => (identity === 'delegated' ? [parent!] : []));
  const more = delegators.length > 0 ? [delegators[drawn[0]! % delegators.length]!] : [];
  return { type: 'cancel', jobs: [...new Set([...drawn.map((n) => n % jobs.length), ...more])] };
}

function planWrite({ isTogether, rivals }: RawStep, { raw, jobs, writes }: Known, write: number): Act | undefined {
  const own = jobs
    .map((_, n) => n)
    .filter((n) => jobs[n]!.parent === undefined && raw[n]!.write % writes === write)
    .toSorted((a, b) => raw[a]!.place - raw[b]!.place || a - b);
  return own.length === 0
    ? undefined
    : { type: 'enqueue', jobs: own, isTogether, rivals: planRivals(rivals, own, jobs) };
}

/** Of jobs that are surely there while their channel is paused. */
function planRivals(rivals: readonly Rival[], written: readonly number[], jobs: readonly JobPlan[]): Rival[] {
  const held = written.filter((n) => jobs[n]!.identity !== 'bare' && jobs[n]!.dependsOn.length === 0);
  if (held.length === 0) return [];
  return rivals.map(({ job, asksFor }) => ({ job: held[job % held.length]!, asksFor }));
}

/** One that no actor has enqueued followers for: those of the first time would be hard to tell from those of the second. */
function planAgain({ jobs: drawn }: RawStep, { jobs }: Known): Act | undefined {
  const candidates = jobs
    .map((_, n) => n)
    .filter((n) => {
      const { parent, identity, conduct } = jobs[n]!;
      const isPlain = parent === undefined && identity !== 'bare' && !conduct.recurs;
      return isPlain && !jobs.some((job) => job.parent === n);
    });
  if (candidates.length === 0) return undefined;
  return { type: 'enqueue again', job: candidates[drawn[0]! % candidates.length]! };
}

/** Nobody can tell what has become of a bare message that was run, lost and perhaps purged. */
function canPurge(channel: number, { jobs, losesWorkers }: Known): boolean {
  return !losesWorkers || !jobs.some((job) => job.identity === 'bare' && job.channel === channel);
}
