import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { ResultBucket } from '../bucket/index.js';
import { JobFailedError, TimeoutError } from '../errors/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { Job } from './index.js';

const fail = defineActor({ name: 'fail' }, () => {
  throw new RangeError('no such year');
});
const double = defineActor({ name: 'double' }, (n: number) => 2 * n);
const nothing = defineActor({ name: 'nothing' }, () => undefined);

async function failureOf(job: Job): Promise<JobFailedError> {
  return job.waitUntilFinished().then(
    () => expect.fail('It succeeded.'),
    (error: JobFailedError) => error,
  );
}

describe('waitUntilFinished()', () => {
  it.each([
    ['double', 21, 42],
    ['nothing', undefined, null],
  ])('resolves with what %s returned', async (name, args, expected) => {
    const testBed = new TestBed([double, nothing]);
    const job = await testBed.repid.job(name, { args }).enqueue();
    await testBed.drain();
    expect(await job.waitUntilFinished()).toEqual(expected);
  });

  it('rejects with the error of a failed job', async () => {
    const testBed = new TestBed([fail]);
    const job = await testBed.repid.job('fail', { id: 'one' }).enqueue();
    await testBed.drain();
    const error = await failureOf(job);
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({
      code: 'REPID_JOB_FAILED',
      job: { id: 'one', name: 'fail' },
      reason: 'failed',
      exception: 'RangeError: no such year',
      rootCause: 'RangeError: no such year',
      message: 'Job "fail" (one) failed: RangeError: no such year',
    });
  });

  it('rejects with the root cause if the job was skipped', async () => {
    const testBed = new TestBed([fail, double]);
    const [first, second, third] = [
      testBed.repid.job('fail', { id: 'one' }),
      testBed.repid.job('double', { id: 'two' }),
      testBed.repid.job('double', { id: 'three' }),
    ];
    await testBed.repid.enqueue([first, second.takeArgsFrom(first), third.takeArgsFrom(second)]);
    await testBed.drain();
    const error = await failureOf(third);
    expect(error).toMatchObject({ reason: 'skipped', rootCause: '"fail" (one) failed: RangeError: no such year' });
    expect(error.message).toContain('Job "double" (three) was skipped: DependencyError: Not run');
  });

  it('rejects if the job was cancelled', async () => {
    const testBed = new TestBed([double]);
    const job = await testBed.repid.job('double', { id: 'one', args: 1 }).enqueue();
    await job.cancel();
    expect(await failureOf(job)).toMatchObject({ reason: 'cancelled', job: { id: 'one', name: 'double' } });
  });

  it('rejects with TimeoutError, and checks its options by name', async () => {
    const testBed = new TestBed([]);
    const job = await testBed.repid.job('double', { id: 'one' }).enqueue();
    await expect(job.waitUntilFinished({ timeout: 1 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(job.waitUntilFinished({ timout: 1 } as object)).rejects.toThrow(
      'waitUntilFinished() of job "double" (one) has no option "timout"',
    );
  });
});

it('A result is typed by its success', () => {
  const read = (result: ResultBucket<{ total: number }>): void => {
    // @ts-expect-error It may be the null of a failed job.
    expectTypeOf(result.data.total).toBeNumber();
    if (result.success) expectTypeOf(result.data.total).toBeNumber();
    else expectTypeOf(result).toMatchTypeOf<{ data: null; exception: string; skipped?: boolean }>();
  };
  expectTypeOf(read).toBeFunction();
  expectTypeOf<Job<unknown, number>['waitUntilFinished']>().returns.toEqualTypeOf<Promise<number>>();
});
