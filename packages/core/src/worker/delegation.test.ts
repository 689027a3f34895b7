import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { JobOptions } from '../job/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

/** "import" delegates to "split" on another channel, which delegates to "summarize", all of them with these options. */
function importing(options: JobOptions = {}) {
  const runs: string[] = [];
  const actors = [
    defineActor({ name: 'import' }, (_, msg) => {
      runs.push('import');
      msg.delegate(testBed.repid.job('split', { channel: 'rows' }));
    }),
    defineActor({ name: 'split', channel: 'rows' }, (_, msg) => {
      runs.push('split');
      msg.delegate(testBed.repid.job('summarize', { channel: 'sums' }));
    }),
    defineActor({ name: 'summarize', channel: 'sums' }, () => {
      runs.push('summarize');
      return 'summary';
    }),
    defineActor({ name: 'report' }, (payload) => payload),
  ];
  const testBed = new TestBed(actors);
  /** Runs this many jobs, one after the other. */
  const run = (messagesLimit: number) => testBed.worker({ concurrency: 1 }).run({ burst: true, messagesLimit });
  const start = () => testBed.repid.job<unknown, string>('import', options).enqueue();
  return { testBed, runs, run, start };
}

const LOCATIONS: [string, JobOptions][] = [
  ['a generated id', {}],
  ['a chosen id', { id: 'one' }],
  ['a chosen result bucket', { id: 'one', resultId: 'result' }],
];

describe.each(LOCATIONS)('A job with %s that delegates', (_, options) => {
  it('has the state of the delegated job along the chain, and ends with the last job', async () => {
    const { run, start } = importing(options);
    const job = await start();
    await run(1);
    expect(await job.status()).toEqual({ state: 'queued' });
    expect(await job.explain()).toMatchObject({ state: 'queued', channel: 'rows', delegatedTo: { name: 'split' } });
    await run(1);
    expect(await job.explain()).toMatchObject({ state: 'queued', channel: 'sums', delegatedTo: { name: 'summarize' } });
    expect(await job.args()).toBeUndefined();
    await run(1);
    expect(await job.status()).toEqual({ state: 'succeeded' });
    expect(await job.result()).toMatchObject({ data: 'summary' });
  });

  it.each([1, 2])('is cancelled together with the delegated job, after %i delegations', async (handedOn) => {
    const { testBed, runs, run, start } = importing(options);
    const job = await start();
    const report = await testBed.repid.job('report', { argsFrom: job }).enqueue();
    await run(handedOn);
    expect(await job.cancel()).toBe(true);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await report.status()).toEqual({ state: 'skipped' });
    await testBed.drain();
    expect(runs).toEqual(['import', 'split'].slice(0, handedOn));
    expect(await job.cancel()).toBe(false);
  });
});

it('explains in one sentence to which job it has delegated', async () => {
  const { run, start } = importing({ id: 'one' });
  const job = await start();
  await run(1);
  expect((await job.explain()).text).toMatch(
    /^Job "import" \(one\) has delegated to "split" \([\w-]{21}\), which is queued on channel "rows"\.$/,
  );
});

it('keeps the id of a job in use until the job that it has delegated to has ended', async () => {
  const { testBed, run, start } = importing({ id: 'one' });
  await start();
  await run(2);
  await expect(testBed.repid.job('import', { id: 'one' }).enqueue()).rejects.toThrow(
    /job "[\w-]{21}", whose result goes to the bucket of this id, is queued on channel "sums"/,
  );
  await testBed.drain();
  await testBed.repid.job('report', { id: 'one' }).enqueue();
});
