import { setImmediate as turn } from 'node:timers/promises';
import {
  type Actor,
  defineActor,
  type MessageDependency,
  RepidError,
  type ResultBucket,
  type WorkerOptions,
} from '@repid/core';
import type { Plan } from '../plan/plan.js';
import type { WorkerProcess, World } from '../worlds/world.js';
import { FollowerTracker } from './follower-tracker.js';
import { TOPIC, type WorkPayload } from './job-factory.js';
import type { Ledger } from './ledger.js';
import { findingsInResults, type WorkResult } from './results.js';
import type { Followers, TrackedJob } from './tracked-job.js';

/** The actors of a plan. They note what should not happen. */
export class Work {
  private readonly followers: FollowerTracker;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly ledger: Ledger,
    /** Called after a process was killed. */
    private readonly onKill: () => void,
  ) {
    this.followers = new FollowerTracker(plan, world, ledger);
  }

  get workerOptions(): WorkerOptions {
    return { handleSignals: [], concurrency: this.plan.workers.concurrency };
  }

  /** Creates the actors of all channels for this process. */
  actors(process: WorkerProcess): Actor[] {
    return this.world.channels.map((channel) => this.actor(channel, process));
  }

  private actor(channel: string, process: WorkerProcess): Actor {
    const retryPolicy = (): number => this.world.times.retryDelay;
    const options = { name: TOPIC, channel, retryPolicy, concurrency: this.plan.workers.actorConcurrency };
    return {
      ...defineActor(options, () => undefined),
      parameters: [{ from: 'payload' }, { from: 'message' }, { from: 'dependency-results', as: 'buckets' }],
      run: ([payload, msg, results]) =>
        this.run(payload as WorkPayload, msg as MessageDependency, results as ResultBucket[], process),
    };
  }

  private async run(
    { n }: WorkPayload,
    msg: MessageDependency,
    results: readonly ResultBucket[],
    process: WorkerProcess,
  ): Promise<WorkResult | undefined> {
    if (process.faults.isDead) throw new Error('A process that was killed does nothing more.');
    const job = this.jobOf(n, msg);
    this.begin(job);
    this.ledger.findings.push(...findingsInResults(job, results));
    for (let count = 0; count < job.behaviour.turns; count += 1) await turn();
    const followers = this.followers.enqueue(job, msg, process.repid);
    try {
      return await this.end(job, msg, process, followers);
    } finally {
      if (job.behaviour.enqueuesLate) void this.enqueueLate(job, msg, process);
    }
  }

  private jobOf(n: number, msg: MessageDependency): TrackedJob {
    const root = this.ledger.roots[n];
    const job = root?.plan.identity === 'bare' ? root : this.ledger.find(msg.id);
    if (job?.n === n) return job;
    this.ledger.note(`an actor runs on message "${msg.id}" of job ${n}, which nobody has enqueued`);
    throw new Error('Nobody has enqueued this.');
  }

  private begin(job: TrackedJob): void {
    if (this.ledger.paused.has(job.plan.channel)) this.ledger.note(`${job} started while its channel was paused`);
    job.runs += 1;
    if (!job.wasCancelled) return;
    job.lateRuns += 1;
    if (job.lateRuns > this.world.lateStarts) this.ledger.note(`${job} started after it had been cancelled`);
  }

  private async end(
    job: TrackedJob,
    msg: MessageDependency,
    process: WorkerProcess,
    followers: Followers | undefined,
  ): Promise<WorkResult | undefined> {
    const { trouble, failures, rescheduled, recurs } = job.behaviour;
    if (trouble === 'hangs') return new Promise(() => {});
    if (trouble === 'kills') this.kill(job, process);
    if (msg.parameters.retries.alreadyTried < failures) throw new Error(`broken ${job}`);
    if (recurs && followers) msg.addCallback(() => (followers.isCommitted = true));
    if (job.rescheduled < rescheduled) return this.reschedule(job, msg, followers);
    return { n: job.n, id: msg.id, restarts: job.restarts };
  }

  private async reschedule(
    job: TrackedJob,
    msg: MessageDependency,
    followers: Followers | undefined,
  ): Promise<undefined> {
    job.rescheduled += 1;
    await msg.reschedule();
    if (followers) followers.isCommitted = true;
  }

  /** Kills the process. Stops doing so after too many runs, so that a plan always ends. */
  private kill(job: TrackedJob, process: WorkerProcess): void {
    if (job.runs > MOST_KILLS * this.plan.workers.maxDeliveries) {
      this.ledger.note(`${job} has killed ${job.runs - 1} workers and is run again`);
      return;
    }
    process.faults.kill();
    this.onKill();
    throw new Error('killed');
  }

  /** Calls `msg.enqueue()` after the run has ended. It must throw, because the follower would be lost. */
  private async enqueueLate(job: TrackedJob, msg: MessageDependency, { repid }: WorkerProcess): Promise<void> {
    for (let count = 0; count < 3; count += 1) await turn();
    try {
      msg.enqueue(repid.job(TOPIC, { channel: msg.channel, args: { n: -1 } }));
      this.ledger.note(`the actor of ${job} had ended, and msg.enqueue() was accepted`);
    } catch (error) {
      if (!(error instanceof RepidError)) this.ledger.note(`msg.enqueue() was refused with ${String(error)}`);
    }
  }
}

/** A message may kill at most this many times `maxDeliveries` workers. */
const MOST_KILLS = 5;
