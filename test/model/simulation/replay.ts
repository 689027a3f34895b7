import type { DeadLetter, ReplayedLetter, ReplayOutcome } from '@repid/core';
import type { JobPlan } from '../plan/job-plan.js';
import type { Plan } from '../plan/plan.js';
import type { Act } from '../plan/step.js';
import type { World } from '../worlds/world.js';
import type { Ledger } from './ledger.js';
import { isInUse, skippedBecauseOf } from './readers.js';
import type { TrackedJob } from './tracked-job.js';

/** More than any plan leaves. */
const MOST_LETTERS = 1_000;
const JOB_ID = 'repid-id';

type ReplayAct = Extract<Act, { type: 'replay' }>;

/** What is to be said of the dead letters of a job. */
interface Expectation {
  readonly job: TrackedJob;
  readonly outcomes: readonly ReplayOutcome[];
  /** How many letters there are; undefined where nobody can tell. Bare messages can't be told apart. */
  readonly count: number | undefined;
  /** Takes back that it runs anew, in case that it does not. */
  readonly undo: () => void;
}

/** Puts the dead letters of a channel back while nothing else goes on, and sees what is said of each. */
export async function replay(
  { channel, withDependents }: ReplayAct,
  plan: Plan,
  world: World,
  ledger: Ledger,
): Promise<void> {
  const all = ledger.jobs.filter((job) => job.plan.channel === channel && mayHaveLetters(job));
  const dead = withDependents ? withoutReaders(all, ledger.jobs) : withoutRead(all, plan.jobs);
  const outcomes = dead.map((job) => outcomesFor(job, withDependents, ledger.jobs));
  const administration = world.observer.channel(world.channels[channel]!);
  const ids = idsOf(dead, await administration.deadLetters(MOST_LETTERS));
  const expectations = dead.map((job, index) => expect(job, outcomes[index]!, dead));
  const { letters } = await administration.replayDeadLetters({ withDependents, ids });
  const replayed = expectations.filter((expectation) => isReplayed(expectation, letters, ledger));
  if (!withDependents) return;
  const revived = skippedBecauseOf(
    replayed.map(({ job }) => job),
    ledger.jobs,
  );
  for (const job of revived) job.revive();
}

/** Without those that would run on a result which the same replay removes: they have to be put back later. */
function withoutReaders(dead: readonly TrackedJob[], all: readonly TrackedJob[]): TrackedJob[] {
  const anew = new Set([...dead, ...skippedBecauseOf(dead, all)].map(({ bucketId }) => bucketId));
  return dead.filter(({ dependsOn }) => !dependsOn.some(({ on }) => anew.has(on.bucketId)));
}

/** Without those whose old result somebody may read whom the same replay brings forth: only with dependents is that removed. */
function withoutRead(dead: readonly TrackedJob[], plans: readonly JobPlan[]): TrackedJob[] {
  const anew = new Set(dead.map(({ n }) => n));
  const comes = (n: number | undefined): boolean => n !== undefined && (anew.has(n) || comes(plans[n]!.parent));
  const owner = (n: number): number => (plans[n]!.identity === 'delegated' ? owner(plans[n]!.parent!) : n);
  const read = new Set(
    plans.flatMap(({ parent, dependsOn }) => (comes(parent) ? dependsOn.map(({ on }) => owner(on)) : [])),
  );
  return dead.filter((job) => !read.has(ownerOf(job).n));
}

/** The one whose result it stores. */
function ownerOf(job: TrackedJob): TrackedJob {
  return job.plan.identity === 'delegated' ? ownerOf(job.parent!) : job;
}

function idsOf(jobs: readonly TrackedJob[], letters: readonly DeadLetter[]): string[] {
  const jobIds = new Set(jobs.map(({ job }) => job?.id));
  return letters.filter(({ message }) => jobIds.has(message.headers[JOB_ID])).map(({ id }) => id);
}

function mayHaveLetters({ letters, plan, isWritten }: TrackedJob): boolean {
  return letters > 0 || (isWritten && plan.conduct.recurs && plan.conduct.failures > 0);
}

/** What may be said of a letter of the job. */
function outcomesFor(job: TrackedJob, withDependents: boolean, all: readonly TrackedJob[]): ReplayOutcome[] {
  if (job.isRestless) return ['job-exists'];
  if (job.plan.conduct.recurs) return ['replayed', 'job-exists'];
  if (!withDependents) return ['replayed'];
  const anew = [job, ...skippedBecauseOf([job], all)];
  return [anew.some((each) => isInUse(each, all)) ? 'result-in-use' : 'replayed'];
}

/** It begins anew at once, since it may be run before the replay has resolved. */
function expect(job: TrackedJob, outcomes: readonly ReplayOutcome[], dead: readonly TrackedJob[]): Expectation {
  const like = job.job ? [job] : dead.filter((other) => other.job === undefined);
  const count = job.plan.conduct.recurs ? undefined : like.reduce((sum, { letters }) => sum + letters, 0);
  return { job, outcomes, count, undo: outcomes.includes('replayed') ? job.replay() : () => {} };
}

function isReplayed(expectation: Expectation, letters: readonly ReplayedLetter[], ledger: Ledger): boolean {
  const { job, undo } = expectation;
  const outcomes = letters.filter(({ jobId }) => jobId === job.job?.id).map(({ outcome }) => outcome);
  compare(expectation, outcomes, ledger);
  const copies = outcomes.filter((outcome) => outcome === 'replayed').length;
  if (copies === 0) undo();
  else if (job.letters > 0) job.letters -= 1;
  if (copies > 0) job.copies = job.job ? copies : 1;
  return copies > 0;
}

function compare({ job, outcomes, count }: Expectation, found: readonly ReplayOutcome[], ledger: Ledger): void {
  if (count !== undefined && found.length !== count)
    ledger.note(`${found.length} of ${count} letters of ${job} were looked at`);
  for (const outcome of found)
    if (!outcomes.includes(outcome)) ledger.note(`a letter of ${job} was ${outcome}, not ${outcomes.join(' or ')}`);
}
