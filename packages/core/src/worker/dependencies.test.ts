import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { onFailure, onSettled } from '../dependency/index.js';
import { DependencyError, InvalidOptionError } from '../errors/index.js';
import { chain, chord, group } from '../job/index.js';
import { Repid } from '../producer/index.js';
import { Router } from '../router/index.js';
import { Worker } from './index.js';

const noEvents = { onEvent: () => {} };

function start(run: (name: string, payload: unknown) => unknown, names: readonly string[]) {
  const repid = new Repid(noEvents);
  const actors = names.map((name) => defineActor({ name }, (payload) => run(name, payload)));
  const worker = new Worker(repid.producer, new Router(actors), { handleSignals: [] });
  return { repid, burst: () => worker.run({ burst: true }) };
}

describe('Dependencies of jobs', () => {
  it('run a chain, each job with the result of the previous one', async () => {
    const { repid, burst } = start((name, payload) => `${String(payload ?? '')}${name}`, ['a', 'b', 'c']);
    const jobs = chain([repid.job('a'), repid.job('b'), repid.job('c')]);
    await repid.enqueue(jobs.toReversed());
    await burst();
    expect((await jobs[2]!.result())?.data).toBe('abc');
    await repid.disconnect();
  });

  it('skip the jobs after a failure, and store the reason', async () => {
    const ran: string[] = [];
    const { repid, burst } = start(
      (name) => {
        ran.push(name);
        if (name === 'a') throw new Error('broken');
      },
      ['a', 'b', 'c', 'fallback', 'always'],
    );
    const [a, b, c] = chain([repid.job('a'), repid.job('b'), repid.job('c')]);
    const fallback = repid.job('fallback', { dependsOn: onFailure(a!) });
    const always = repid.job('always', { dependsOn: onSettled(c!) });
    await repid.enqueue([a!, b!, c!, fallback, always]);
    await burst();
    expect(ran.toSorted()).toEqual(['a', 'always', 'fallback']);
    expect((await c!.result())?.exception).toContain('Error: broken');
    expect(await b!.status()).toEqual({ state: 'skipped' });
    await repid.disconnect();
  });

  it('refuse a cycle, name its path, and publish nothing', async () => {
    const { repid } = start(() => 0, ['a', 'b']);
    const a = repid.job('a', { id: 'a' });
    const b = repid.job('b', { id: 'b', dependsOn: a });
    a.dependOn(b);
    await expect(repid.enqueue([a, b])).rejects.toThrow('"a" (a) -> "b" (b) -> "a" (a)');
    expect(await a.status()).toEqual({ state: 'unknown' });
    await repid.disconnect();
  });

  it.each([
    [
      'given twice',
      (repid: Repid) => {
        const job = repid.job('a');
        return [job, job];
      },
    ],
    ['stores no result', (repid: Repid) => [repid.job('b', { dependsOn: repid.job('a', { storeResult: false }) })]],
    ['is not enqueued', (repid: Repid) => [repid.job('b', { dependsOn: repid.job('a') })]],
    [
      'both store their result',
      (repid: Repid) => group([repid.job('a', { resultId: 'x' }), repid.job('b', { resultId: 'x' })]),
    ],
  ])('refuse a graph if a job %s', async (reason, make) => {
    const { repid } = start(() => 0, ['a', 'b']);
    const failure = await repid.enqueue(make(repid)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DependencyError);
    expect((failure as Error).message).toContain(reason);
    await repid.disconnect();
  });

  it('collect results with a chord', async () => {
    const repid = new Repid(noEvents);
    const gather = {
      ...defineActor({ name: 'gather' }, () => 0),
      parameters: [{ from: 'dependency-results', as: 'data' }] as const,
    };
    const router = new Router([
      defineActor({ name: 'part' }, (n: number) => n * 2),
      { ...gather, run: ([results]: unknown[]) => results },
    ]);
    const parts = [1, 2, 3].map((args) => repid.job('part', { args }));
    const last = repid.job('gather');
    await repid.enqueue(chord(parts, last));
    await new Worker(repid.producer, router, { handleSignals: [] }).run({ burst: true });
    expect((await last.result())?.data).toEqual([2, 4, 6]);
    await repid.disconnect();
  });

  it('let the delegated job store the result for its dependents', async () => {
    const repid = new Repid(noEvents);
    const router = new Router([
      defineActor({ name: 'first' }, (_, msg) => msg.delegate(repid.job('second'))),
      defineActor({ name: 'second' }, () => 'from second'),
      defineActor({ name: 'third' }, (payload) => `${String(payload)}, read by third`),
    ]);
    const [first, third] = chain([repid.job('first'), repid.job('third')]);
    await repid.enqueue([third!, first!]);
    await new Worker(repid.producer, router, { handleSignals: [] }).run({ burst: true });
    expect((await first!.result())?.data).toBe('from second');
    expect((await third!.result())?.data).toBe('from second, read by third');
    await repid.disconnect();
  });

  it('explain what a job waits for, and the state of that job', async () => {
    const { repid } = start(() => 0, ['a', 'b']);
    const [a, b] = chain([repid.job('a', { id: 'a' }), repid.job('b', { id: 'b' })]);
    await repid.enqueue([a!, b!]);
    const waits = { bucketId: 'a', condition: 'success', state: 'queued', channel: 'default', name: 'a' };
    expect(await b!.explain()).toMatchObject({ state: 'waiting', waitsFor: [waits] });
    expect((await b!.explain()).text).toBe(
      'Job "b" (b) is waiting on channel "default", for the success of "a" (a, queued).',
    );
    await repid.disconnect();
  });

  it('cannot change a job that is enqueued', async () => {
    const { repid } = start(() => 0, ['a']);
    const job = await repid.job('a').enqueue();
    expect(() => job.dependOn('bucket')).toThrow(InvalidOptionError);
    await repid.disconnect();
  });

  it('run a chain of ten thousand, and a fan-in of ten thousand', async () => {
    const { repid, burst } = start((_name, payload) => ((payload as number | undefined) ?? 0) + 1, ['step', 'last']);
    const steps = chain(Array.from({ length: 10_000 }, () => repid.job('step')));
    await repid.enqueue(steps);
    await burst();
    expect((await steps.at(-1)!.result())?.data).toBe(10_000);
    const parts = Array.from({ length: 10_000 }, () => repid.job('step'));
    const last = repid.job('last');
    await repid.enqueue(chord(parts, last));
    await burst();
    expect((await last.result())?.success).toBe(true);
    await repid.disconnect();
  });
});
