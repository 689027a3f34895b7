import type { Job, MessageDependency, Repid } from '@repid/core';
import type { Plan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import { type Awaited, makeJob, TOPIC } from './job-factory.js';
import type { Ledger } from './ledger.js';
import { Followers, TrackedJob } from './tracked-job.js';

/** Enqueues the followers of runs, and records them. */
export class FollowerTracker {
  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Enqueues all followers of one run. Returns undefined if it has none. */
  enqueue(parent: TrackedJob, msg: MessageDependency, repid: Repid): Followers | undefined {
    const jobs = new Map<number, Job>();
    for (const [n, plan] of this.plan.jobs.entries()) {
      if (plan.parent !== parent.n) continue;
      const awaited = plan.dependsOn.map(({ on }) => this.awaited(on, parent, jobs));
      const job = makeJob({ n, plan }, awaited, repid, this.world);
      if (plan.identity === 'delegated') msg.delegate(job);
      else msg.enqueue(job);
      jobs.set(n, job);
    }
    return jobs.size === 0 ? undefined : this.account(parent, jobs);
  }

  /** Returns a job of the client, the parent, or another follower of the same run. */
  private awaited(on: number, parent: TrackedJob, jobs: ReadonlyMap<number, Job>): Awaited {
    if (on === parent.n) return parent.bucketId!;
    return jobs.get(on) ?? this.ledger.roots[on]!.bucketId!;
  }

  /** Only a repeated run gives its followers the same ids again. */
  private account(parent: TrackedJob, jobs: ReadonlyMap<number, Job>): Followers {
    const known = [...jobs.values()].map(({ id }) => this.ledger.find(id));
    const [first] = known;
    if (first && known.every((job) => job?.companions === first.companions && job?.parent === parent))
      return this.repeated(first.companions!, parent);
    for (const job of known) if (job) this.ledger.note(`followers of ${parent} and of ${job.parent} have the same id`);
    return this.first(parent, jobs);
  }

  private repeated(followers: Followers, parent: TrackedJob): Followers {
    if (followers.isCommitted && !this.plan.losesWorkers && !this.world.hasLostOwnership())
      this.ledger.note(`two runs of ${parent} gave their followers the same ids`);
    return followers;
  }

  private first(parent: TrackedJob, jobs: ReadonlyMap<number, Job>): Followers {
    if (parent.followers.length > 0 && !parent.repeats)
      this.ledger.note(`two runs of ${parent} gave their followers different ids`);
    const followers = new Followers();
    parent.followers.push(followers);
    for (const [n, job] of jobs) this.track(parent, followers, n, job);
    return followers;
  }

  private track(parent: TrackedJob, followers: Followers, n: number, job: Job): void {
    const plan = this.plan.jobs[n]!;
    const dependency = (on: number): TrackedJob =>
      on === parent.n ? parent : (followers.jobs.find((other) => other.n === on) ?? this.ledger.roots[on]!);
    const follower = new TrackedJob(n, plan, parent, this.handle(job));
    follower.companions = followers;
    follower.dependsOn = plan.dependsOn.map(({ on, condition }) => ({ on: dependency(on), condition }));
    followers.jobs.push(follower);
    if (plan.identity === 'delegated') parent.delegate = follower;
    this.ledger.add(follower);
  }

  /** Returns a handle that works without the process that enqueued the job, since that may die. */
  private handle({ id, resultId, channel }: Job): Job {
    return this.world.observer.job(TOPIC, { id, resultId, channel }) as Job;
  }
}
