import type { DeadLetter, ReplayedLetter, ReplayOutcome } from '@repid/core';
import { delegationRoot, type JobPlan } from '../plan/job-plan.js';
import type { Plan } from '../plan/plan.js';
import type { Action } from '../plan/step.js';
import type { World } from '../worlds/world.js';
import type { Ledger } from './ledger.js';
import { isInUse, skippedBecauseOf } from './readers.js';
import type { TrackedJob } from './tracked-job.js';

/** More dead letters than any plan leaves. */
const MOST_LETTERS = 1_000;
const JOB_ID = 'repid-id';

type ReplayAction = Extract<Action, { type: 'replay' }>;

/** The expected outcomes for the dead letters of a job. */
interface Expectation {
  readonly job: TrackedJob;
  readonly outcomes: readonly ReplayOutcome[];
  /** The number of dead letters; undefined if unknown. Bare messages cannot be distinguished, so they are counted together. */
  readonly count: number | undefined;
  /** Undoes the restart of the job if it is not replayed. */
  readonly undo: () => void;
}

/** Replays the dead letters of a channel while nothing runs, and checks the outcome of each. */
export async function replay(
  { channel, withDependents }: ReplayAction,
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

/** Leaves out jobs that would read a result which the same replay removes. They must be replayed later. */
function withoutReaders(dead: readonly TrackedJob[], all: readonly TrackedJob[]): TrackedJob[] {
  const restarted = new Set([...dead, ...skippedBecauseOf(dead, all)].map(({ bucketId }) => bucketId));
  return dead.filter(({ dependsOn }) => !dependsOn.some(({ on }) => restarted.has(on.bucketId)));
}

/** Leaves out jobs whose old result a follower of the same replay may read: only a replay with dependents removes it. */
function withoutRead(dead: readonly TrackedJob[], plans: readonly JobPlan[]): TrackedJob[] {
  const restarted = new Set(dead.map(({ n }) => n));
  const comes = (n: number | undefined): boolean => n !== undefined && (restarted.has(n) || comes(plans[n]!.parent));
  const read = new Set(
    plans.flatMap(({ parent, dependsOn }) =>
      comes(parent) ? dependsOn.map(({ on }) => delegationRoot(on, plans)) : [],
    ),
  );
  return dead.filter(({ n }) => !read.has(delegationRoot(n, plans)));
}

function idsOf(jobs: readonly TrackedJob[], letters: readonly DeadLetter[]): string[] {
  const jobIds = new Set(jobs.map(({ job }) => job?.id));
  return letters.filter(({ message }) => jobIds.has(message.headers[JOB_ID])).map(({ id }) => id);
}

function mayHaveLetters({ letters, plan, isWritten }: TrackedJob): boolean {
  return letters > 0 || (isWritten && plan.behaviour.recurs && plan.behaviour.failures > 0);
}

/** Returns the possible outcomes for a dead letter of the job. */
function outcomesFor(job: TrackedJob, withDependents: boolean, all: readonly TrackedJob[]): ReplayOutcome[] {
  if (job.isOngoing) return ['job-exists'];
  if (job.plan.behaviour.recurs) return ['replayed', 'job-exists'];
  if (!withDependents) return ['replayed'];
  const restarted = [job, ...skippedBecauseOf([job], all)];
  return [restarted.some((each) => isInUse(each, all)) ? 'result-in-use' : 'replayed'];
}

/** Restarts the job immediately, since it may run before the replay resolves. */
function expect(job: TrackedJob, outcomes: readonly ReplayOutcome[], dead: readonly TrackedJob[]): Expectation {
  const like = job.job ? [job] : dead.filter((other) => other.job === undefined);
  const count = job.plan.behaviour.recurs ? undefined : like.reduce((sum, { letters }) => sum + letters, 0);
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
    ledger.note(`${found.length} of ${count} dead letters of ${job} were reported`);
  for (const outcome of found)
    if (!outcomes.includes(outcome))
      ledger.note(`a dead letter of ${job} was ${outcome}, not ${outcomes.join(' or ')}`);
}
