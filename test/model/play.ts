import { setImmediate as turn } from 'node:timers/promises';
import {
  type Actor,
  type Consumer,
  defineActor,
  type Delivery,
  type Job,
  LostOwnershipError,
  type MessageDependency,
  type Repid,
  type ResultBucket,
  Router,
  Worker,
} from '@repid/core';
import type { Plan, WritePlan } from './plan.js';
import { type End, predict, predictRuns } from './predict.js';
import type { World } from './world.js';

/** Plays a plan to its end, and tells what is not as the model says. */
export async function play(plan: Plan, world: World): Promise<string[]> {
  const stage = new Play(plan, world);
  try {
    await stage.perform();
    return await stage.findings();
  } finally {
    await stage.leave();
  }
}

class Play {
  private readonly runs: number[];
  private readonly findingsInActors: string[] = [];
  private readonly workers: readonly Worker[];
  private readonly taken: Delivery[] = [];
  private readonly jobs: Job[];
  private ghost: Consumer | undefined;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
  ) {
    this.runs = plan.jobs.map(() => 0);
    this.jobs = plan.jobs.map((_, n) => this.job(n, world.client));
    this.workers = world.workers.map(
      (repid) => new Worker(repid.producer, new Router([this.actor(repid)]), OPTIONS(plan)),
    );
  }

  async perform(): Promise<void> {
    await this.world.client.connect();
    this.ghost = await this.world.ghost.consume({ channels: [this.world.name] });
    const written: number[] = [];
    for (const write of this.plan.writes) {
      await this.write(write);
      written.push(...write.jobs);
      this.taken.push(...(await this.ghost.receive(write.taken, { wait: false })));
      this.work();
      await Promise.all(write.cancels.map((n) => this.jobs[n]!.cancel()));
      if (write.isAwaited) await this.ended(this.whatCanEnd(written));
    }
    await this.ended(this.plan.jobs.map((_, n) => n));
  }

  async findings(): Promise<string[]> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.settleLate();
    const states = await Promise.all(this.jobs.map(async (job) => (await job.status()).state));
    const cancelled = new Set(this.cancels().filter((n) => states[n] === 'cancelled'));
    const ends = predict(this.plan.jobs, cancelled);
    const names = this.jobs.filter((_, n) => ends[n] !== 'absent').map((job) => job.resultId!);
    const failed = ends.filter((end) => end === 'failed').length;
    return [
      ...ends.flatMap((end, n) => this.findingsOf(n, end, states[n]!)),
      ...this.findingsInActors,
      ...(await this.world.leftovers(names, failed)),
    ];
  }

  async leave(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.ghost?.close();
  }

  /** One whose process has died does not come back. */
  private work(): void {
    for (const worker of this.workers) if (worker.state === 'idle') worker.run().catch(() => undefined);
  }

  private async write({ jobs, asGraph }: WritePlan): Promise<void> {
    const chosen = jobs.map((n) => this.jobs[n]!);
    if (asGraph) await this.world.client.enqueue(chosen);
    else for (const job of chosen) await job.enqueue();
  }

  /** Those that wait, in the end, for nothing that is still to be written. */
  private whatCanEnd(written: readonly number[]): number[] {
    const can: boolean[] = [];
    for (const [n, { parent, dependsOn }] of this.plan.jobs.entries()) {
      const isThere = parent === undefined ? written.includes(n) : can[parent]!;
      can.push(isThere && dependsOn.every(({ on }) => can[on]));
    }
    return this.plan.jobs.map((_, n) => n).filter((n) => can[n]);
  }

  private async ended(numbers: readonly number[]): Promise<void> {
    for (const n of numbers)
      if (await this.comes(n)) await this.world.until(this.jobs[n]!.waitForResult({ timeout: this.world.patience }));
  }

  /** Asked in their order: that of its parent is there. */
  private async comes(n: number): Promise<boolean> {
    const { parent } = this.plan.jobs[n]!;
    return parent === undefined || (await this.jobs[parent]!.result())?.success === true;
  }

  /** The one that took messages and vanished comes back, too late: nothing of what it settles may be committed. */
  private async settleLate(): Promise<void> {
    for (const delivery of this.taken) {
      const follower = { channel: this.world.name, payload: new Uint8Array(0), headers: { topic: 'never' } };
      const problem = await delivery
        .settle({ outcome: { type: 'ack' }, publish: [follower] })
        .catch((error: unknown) => error);
      if (!(problem instanceof LostOwnershipError))
        this.findingsInActors.push(`a late settlement ended with ${String(problem)}`);
    }
  }

  private findingsOf(n: number, end: End, state: string): string[] {
    const { least, most } = predictRuns(this.plan.jobs[n]!, end, this.world.mayHaveRunTwice());
    const expected = end === 'absent' ? 'unknown' : end;
    const ran = this.runs[n]!;
    return [
      ...(state === expected ? [] : [`job ${n} should be ${expected} and is ${state}`]),
      ...(ran < least || ran > most
        ? [`job ${n}, ${end}, should have run ${least} to ${most} times and ran ${ran}`]
        : []),
    ];
  }

  private cancels(): number[] {
    return this.plan.writes.flatMap((write) => write.cancels);
  }

  private actor(repid: Repid): Actor {
    const options = { name: 'work', channel: this.world.name, retryPolicy: () => 1 };
    return {
      ...defineActor(options, () => undefined),
      parameters: [{ from: 'payload' }, { from: 'message' }, { from: 'dependency-results', as: 'buckets' }],
      run: ([n, msg, buckets]) => this.run(n as number, msg as MessageDependency, buckets as ResultBucket[], repid),
    };
  }

  private async run(
    n: number,
    msg: MessageDependency,
    buckets: readonly ResultBucket[],
    repid: Repid,
  ): Promise<number> {
    this.runs[n]! += 1;
    this.checkResults(n, buckets);
    if (n % 2 === 0) await turn();
    const children = this.plan.jobs.flatMap(({ parent }, child) => (parent === n ? [child] : []));
    for (const child of children) msg.enqueue(this.job(child, repid));
    if (msg.parameters.retries.alreadyTried < this.plan.jobs[n]!.failures) throw new Error(`spoilt ${n}`);
    return n;
  }

  private checkResults(n: number, buckets: readonly ResultBucket[]): void {
    for (const [index, { on, condition }] of this.plan.jobs[n]!.dependsOn.entries()) {
      const bucket = buckets[index];
      const isRight = bucket?.success
        ? condition !== 'failure' && bucket.data === on
        : bucket && condition !== 'success';
      if (!isRight) this.findingsInActors.push(`job ${n} ran on ${JSON.stringify(bucket)} of job ${on}`);
    }
  }

  /** A job of the client has an id of its own; that of a follower derives from its parent's. */
  private job(n: number, repid: Repid): Job {
    const { dependsOn, retries, parent } = this.plan.jobs[n]!;
    const name = this.nameOf(n);
    return repid.job('work', {
      channel: this.world.name,
      ...(parent === undefined ? { id: name } : { resultId: name }),
      args: n,
      retries,
      dependsOn: dependsOn.map(({ on, condition }) => ({ on: this.nameOf(on), condition })),
    }) as Job;
  }

  private nameOf(n: number): string {
    return `${this.world.name}.${n}`;
  }
}

const OPTIONS = ({ concurrency }: Plan) => ({ handleSignals: [], concurrency });
