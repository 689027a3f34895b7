import { chain, defineActor, DuplicateJobError, type Job, type JobOptions, type Repid } from '@repid/core';
import { FAULT_MOMENTS, Faults } from '@repid/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { inMemory, onRedis, type Environment, Process } from './environment.js';

const ENVIRONMENTS: { where: string; makeEnvironment: () => Environment }[] = [
  { where: 'in memory', makeEnvironment: inMemory },
  { where: 'on Redis', makeEnvironment: () => onRedis(server.url, server.uniquePrefix()) },
];

const CHANNELS = ['north', 'south'] as const;
const EACH = 50;

let server: TestRedis;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.stop());

describe.each(ENVIRONMENTS)('A job has one identity, $where:', ({ makeEnvironment }) => {
  it('all followers of plain messages on two channels run', async () => {
    const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
    const messages = CHANNELS.flatMap((channel) => Array.from({ length: EACH }, () => channel));
    await Promise.all(
      messages.map((channel) => repid.sendMessageJson({ channel, payload: channel, headers: { topic: 'parent' } })),
    );
    await drain();
    await drain();
    expect(runs.toSorted()).toEqual(messages.map((channel) => `child of ${channel}`).toSorted());
  });

  it('all followers of a rescheduled job run', async () => {
    const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
    await repid.job('again', { channel: 'north', args: 10 }).enqueue();
    await drain();
    expect(runs.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `child ${n}`));
  });

  it('all followers of an id that is enqueued repeatedly run', async () => {
    const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
    for (let n = 0; n < 20; n += 1) {
      await repid.job('parent', { id: 'order-4711', channel: 'north', args: 'north' }).enqueue();
      await drain();
    }
    expect(runs).toHaveLength(20);
  });

  it('a taken id is refused on every channel, and the error names the channel and state', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    await repid.job('child', { id: 'order-4711', channel: 'south', args: 1 }).enqueue();
    const twin = repid.job('parent', { id: 'order-4711', channel: 'north' });
    await expect(twin.enqueue()).rejects.toThrow(DuplicateJobError);
    await expect(twin.enqueue()).rejects.toThrow('that job is queued on channel "south"');
    await repid.job('child', { resultId: 'receipt', channel: 'south', args: 2 }).enqueue();
    await expect(repid.job('child', { id: 'receipt' }).enqueue()).rejects.toThrow(
      'whose result goes to the bucket of this id',
    );
    await drain();
    expect(await repid.job('child', { id: 'order-4711' }).result()).toMatchObject({ success: true });
  });

  it('a handle needs no channel', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    await repid.job('child', { id: 'one', channel: 'south', args: { size: 1 } }).enqueue();
    const handle = repid.job('child', { id: 'one' });
    expect(await handle.status()).toEqual({ state: 'queued' });
    expect(await handle.args()).toMatchObject({ data: { size: 1 } });
    expect(await handle.explain()).toMatchObject({ state: 'queued', channel: 'south' });
    expect(await handle.cancel()).toBe(true);
    expect(await handle.status()).toEqual({ state: 'cancelled' });
    expect(await handle.args()).toBeUndefined();
    await drain();
    expect(await handle.cancel()).toBe(false);
  });

  it('a graph and its explanation cover several channels', async () => {
    const { repid } = withFollowers(new Process(makeEnvironment()));
    const jobs = [
      repid.job('charge', { id: 'c', channel: 'north', resultId: 'charged' }),
      repid.job('ship', { id: 's', channel: 'south' }),
    ];
    await repid.enqueue(chain(jobs));
    const handle = repid.job('ship', { id: 's' });
    expect((await handle.explain()).text).toBe(
      'Job "ship" (s) is waiting on channel "south", for the success of "charge" (charged, queued on channel "north").',
    );
    const { nodes } = await repid.graph(handle);
    expect(nodes).toMatchObject([{ bucketId: 's' }, { bucketId: 'charged', name: 'charge', state: 'queued' }]);
  });

  it.each<[string, JobOptions]>([
    ['a generated id', {}],
    ['a chosen id', { id: 'one' }],
    ['a chosen result bucket', { id: 'one', resultId: 'result' }],
  ])(
    'one with %s that has delegated is found and cancelled through its delegate, and ends with it',
    async (_, options) => {
      const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
      const delegate = (): Promise<Job> => repid.job('delegate', { channel: 'north', ...options }).enqueue();
      const job = await delegate();
      await drain(1);
      expect(await job.status()).toEqual({ state: 'queued' });
      expect(await job.explain()).toMatchObject({ channel: 'south', delegatedTo: { name: 'delegate' } });
      await drain(1);
      expect(await job.explain()).toMatchObject({ channel: 'north', delegatedTo: { name: 'child' } });
      expect(await job.cancel()).toBe(true);
      await drain();
      expect(await job.result()).toMatchObject({ cancelled: true });
      expect(runs).toEqual([]);
      const again = await delegate();
      await drain();
      expect(await again.result()).toMatchObject({ data: 'child of delegate' });
    },
  );

  it.each<[string, string, JobOptions]>([
    ['recurs', 'child', { deferredBy: 1 }],
    ['is retried', 'fail', { retries: 1 }],
    ['is replayed', 'fail', {}],
  ])('the bucket of its result stays taken if it %s', async (event, name, options) => {
    const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
    const handle = repid.job(name, { resultId: 'receipt' });
    await repid.job(name, { id: 'one', channel: 'north', resultId: 'receipt', ...options }).enqueue();
    await vi.waitFor(async () => {
      await drain(1);
      expect(runs).toHaveLength(1);
    }, 10_000);
    if (event === 'is replayed') await repid.channel('north').replayDeadLetters();
    expect((await handle.status()).state).toMatch(/delayed|queued/);
    await expect(repid.job('child', { id: 'receipt' }).enqueue()).rejects.toThrow('job "one", whose result goes to');
    expect(await handle.cancel()).toBe(true);
    await repid.job('child', { id: 'receipt' }).enqueue();
  });

  it.each<[string, JobOptions | undefined]>([
    ['delegates, which is refused', undefined],
    ['has a follower with its id', { id: 'one' }],
    ['has a follower with the id of its result', { id: 'receipt' }],
    ['has a follower whose result bucket is its own result bucket', { resultId: 'receipt' }],
  ])('a recurring job continues even if it %s', async (_, taking) => {
    const process = new Process(makeEnvironment());
    const { repid } = process;
    let runs = 0;
    const schedule = defineActor({ name: 'schedule', channel: 'north' }, (_payload, msg) => {
      runs += 1;
      const follower = repid.job('child', { channel: 'south', ...taking });
      if (taking) msg.enqueue(follower);
      else msg.delegate(follower);
      return 'done';
    });
    const child = defineActor({ name: 'child', channel: 'south' }, () => expect.unreachable());
    const job = await repid
      .job('schedule', { id: 'one', channel: 'north', resultId: 'receipt', deferredBy: 1 })
      .enqueue();
    await vi.waitFor(async () => {
      await process.drain([schedule, child], 1);
      expect(runs).toBeGreaterThan(1);
    }, 10_000);
    const { data, exception } = (await job.result())!;
    expect(data ?? exception).toContain(taking ? 'done' : '"one" recurs');
    expect(await job.cancel()).toBe(true);
  });

  it('a job object that is enqueued again does not have its old result', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    const job = await repid.job('child', { channel: 'north', args: 1 }).enqueue();
    await expect(job.enqueue()).rejects.toThrow(DuplicateJobError);
    await drain();
    expect(await job.result()).toMatchObject({ success: true });
    await job.enqueue();
    expect(await job.result()).toBeUndefined();
    await drain();
    expect(await job.result()).toMatchObject({ success: true });
  });
});

describe.each(ENVIRONMENTS)('Nothing is left behind, $where:', ({ makeEnvironment }) => {
  it('arguments without a chosen id are deleted with their job', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    const options: JobOptions[] = [{}, { id: 'one' }, { resultId: 'result' }];
    const jobs = options.map((option) => repid.job('child', { channel: 'north', args: 'x'.repeat(9), ...option }));
    const kept = repid.job('child', { channel: 'north', args: 'kept', argsId: 'named' });
    await repid.enqueue([...jobs, kept]);
    for (const job of jobs) expect(await bucket(repid, job.argsId)).toMatchObject({ data: 'xxxxxxxxx' });
    await drain();
    for (const job of jobs) expect(await bucket(repid, job.argsId)).toBeUndefined();
    expect(await bucket(repid, 'named')).toMatchObject({ data: 'kept' });
  });

  it('arguments of a follower and of a cancelled job are deleted with it', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    await repid.job('parent', { channel: 'north', args: 'north' }).enqueue();
    await drain(1);
    const [follower] = await repid.channel('north').peek();
    const argsId = `${follower!.headers['repid-id']}#args`;
    expect(await bucket(repid, argsId)).toMatchObject({ data: 'child of north' });
    await repid.job('child', { id: follower!.headers['repid-id']! }).cancel();
    expect(await bucket(repid, argsId)).toBeUndefined();
  });

  it('a dead letter keeps its arguments until it is replayed or deleted, even if its id is used again', async () => {
    const { repid, drain, runs } = withFollowers(new Process(makeEnvironment()));
    const fail = (args: string): Promise<Job> => repid.job('fail', { id: 'one', channel: 'north', args }).enqueue();
    const jobs = [await fail('first')];
    await drain();
    jobs.push(await fail('second'));
    await drain();
    const channel = repid.channel('north');
    const letters = await channel.deadLetters();
    expect(letters).toHaveLength(2);
    expect(await channel.deleteDeadLetters([letters[1]!.id])).toBe(1);
    expect(await bucket(repid, jobs[1]!.argsId)).toBeUndefined();
    expect(await channel.replayDeadLetters()).toMatchObject({ replayed: 1, letters: [{ jobId: 'one' }] });
    await drain();
    expect(runs).toEqual(['first', 'second', 'first']);
  });
});

describe.each(ENVIRONMENTS)('A client whose enqueueing failed can repeat it, $where:', ({ makeEnvironment }) => {
  const options: [string, JobOptions][] = [
    ['a generated id', {}],
    ['a chosen id', { id: 'one' }],
    ['a chosen result bucket', { resultId: 'result' }],
  ];

  describe.each(options)('with %s', (_, chosen) => {
    it.each(FAULT_MOMENTS)('a job whose publication failed %s it was done runs once', async (moment) => {
      const environment = makeEnvironment();
      const { drain, runs } = withFollowers(new Process(environment));
      const faults = new Faults().strike('publish', moment);
      const { repid } = new Process(environment, faults);
      const job = repid.job('child', { channel: 'north', args: 'once', ...chosen });
      await expect(job.enqueue()).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
      await drain();
      await vi.waitFor(async () =>
        expect((await job.status()).state).toMatch(moment === 'before' ? /unknown/ : /queued|succeeded/),
      );
      await job.enqueue();
      await drain();
      expect(runs).toEqual(['once']);
      expect(await job.status()).toEqual({ state: 'succeeded' });
    });
  });

  it.each(FAULT_MOMENTS)('jobs whose publication failed %s it was done run once each', async (moment) => {
    const environment = makeEnvironment();
    const { drain, runs } = withFollowers(new Process(environment));
    const { repid } = new Process(environment, new Faults().strike('publish', moment));
    const jobs = Array.from({ length: 20 }, (_, n) => repid.job('child', { channel: 'north', args: n }));
    await expect(repid.enqueue(jobs)).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    await drain(10);
    await repid.enqueue(jobs);
    await drain();
    expect(runs.toSorted((a, b) => Number(a) - Number(b))).toEqual(jobs.map((_, n) => n));
  });
});

describe.each(ENVIRONMENTS)('Errors explain what happened, $where:', ({ makeEnvironment }) => {
  it('a timeout names the state of the job, and that no worker consumes its channel', async () => {
    const { repid } = withFollowers(new Process(makeEnvironment()));
    const job = await repid.job('child', { id: 'one', channel: 'north' }).enqueue();
    await expect(job.waitForResult({ timeout: 50 })).rejects.toThrow(
      'Job "child" (one) has stored no result within 50 ms. ' +
        'Job "child" (one) is queued on channel "north", and no worker takes from this channel.',
    );
  });

  it('a skipped job names the jobs that caused it', async () => {
    const { repid, drain } = withFollowers(new Process(makeEnvironment()));
    const jobs = chain([
      repid.job('fail', { channel: 'north' }),
      repid.job('ship', { channel: 'south' }),
      repid.job('thank', { channel: 'south' }),
    ]) as [Job, Job, Job];
    await repid.enqueue(jobs);
    await drain();
    const [fail, ship, thank] = jobs;
    const root = `Root cause: "fail" (${fail.id}) failed: Error: broken`;
    expect((await ship.result())?.exception).toBe(
      `DependencyError: Not run: it needed the success of "fail" (${fail.id}), which failed. ${root}`,
    );
    expect((await thank.result())?.exception).toBe(
      `DependencyError: Not run: it needed the success of "ship" (${ship.id}), which was skipped. ${root}`,
    );
    const late = await repid.job('late', { channel: 'south', dependsOn: ship }).enqueue();
    expect((await late.result())?.exception).toContain(root);
  });
});

/** Adds actors that enqueue followers, on two channels, to a process. `runs` has the arguments of all `child` and `fail` runs. */
function withFollowers(process: Process) {
  const { repid } = process;
  const runs: unknown[] = [];
  let rescheduled = 0;
  const actors = CHANNELS.flatMap((channel) => {
    const other = channel === 'north' ? 'south' : 'north';
    const child = (args: unknown): Job => repid.job('child', { channel, args });
    return [
      defineActor<unknown>({ name: 'child', channel }, (args) => {
        runs.push(args);
        return args;
      }),
      defineActor<string>({ name: 'parent', channel }, (payload, msg) => msg.enqueue(child(`child of ${payload}`))),
      defineActor<number>({ name: 'again', channel }, async (times, msg) => {
        msg.enqueue(child(`child ${rescheduled++}`));
        if (rescheduled < times) await msg.reschedule();
      }),
      defineActor({ name: 'delegate', channel }, (_, msg) =>
        msg.delegate(
          channel === 'north'
            ? repid.job('delegate', { channel: other })
            : repid.job('child', { channel: other, args: 'child of delegate' }),
        ),
      ),
      defineActor({ name: 'fail', channel }, (args) => {
        runs.push(args);
        throw new Error('broken');
      }),
    ];
  });
  const drain = (messagesLimit?: number): Promise<void> => process.drain(actors, messagesLimit);
  return { repid, runs, drain };
}

async function bucket(repid: Repid, id: string | undefined): Promise<unknown> {
  return repid.job('any', { argsId: id! }).args();
}
