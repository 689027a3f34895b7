import { describe, expect, it } from 'vitest';
import type { Condition } from '@repid/core';
import { type JobFacts, type End, Prediction } from './prediction.js';

const FACTS: JobFacts = {
  parent: undefined,
  isKnownToExist: true,
  isSuperseded: false,
  repeats: false,
  isCancelled: false,
  isToFail: false,
  dependsOn: [],
  delegate: undefined,
  hasShownFollowers: false,
  ended: undefined,
  hasMet: () => false,
};
const failing: JobFacts = { ...FACTS, isToFail: true };
const cancelled: JobFacts = { ...FACTS, isCancelled: true };
const unwritten: JobFacts = { ...FACTS, isKnownToExist: false };
const after = (on: JobFacts, condition: Condition, rest: Partial<JobFacts> = {}): JobFacts => ({
  ...FACTS,
  dependsOn: [{ on, condition }],
  ...rest,
});
const skipped = after(failing, 'success');

/** A job that delegates, and the job that it delegates to. */
function delegation(parent: Partial<JobFacts>, follower: Partial<JobFacts>): { parent: JobFacts; follower: JobFacts } {
  const delegator: JobFacts & { delegate: JobFacts | undefined } = { ...FACTS, ...parent };
  delegator.delegate = { ...FACTS, parent: delegator, isKnownToExist: false, ...follower };
  return { parent: delegator, follower: delegator.delegate };
}

describe('A job', () => {
  it.each<[string, JobFacts, End]>([
    ['succeeds', FACTS, 'succeeded'],
    ['fails', failing, 'failed'],
    ['is cancelled', cancelled, 'cancelled'],
    ['is absent before it is enqueued', unwritten, 'absent'],
    ['runs after a success', after(FACTS, 'success'), 'succeeded'],
    ['is skipped if its dependency fails', after(failing, 'success'), 'skipped'],
    ['is skipped if it needs a failure and its dependency succeeds', after(FACTS, 'failure'), 'skipped'],
    ['runs after a failure', after(failing, 'failure'), 'succeeded'],
    ['counts a cancelled dependency as a failure', after(cancelled, 'failure'), 'succeeded'],
    ['does not count a skipped dependency as a failure', after(skipped, 'failure'), 'skipped'],
    ['that needs any end runs after a skipped dependency', after(skipped, 'settled'), 'succeeded'],
    ['waits for a job that is not enqueued yet', after(unwritten, 'settled'), 'pending'],
    ['waits for a job that waits itself', after(after(unwritten, 'settled'), 'success'), 'pending'],
    ['does not wait for a dependency again', after(failing, 'success', { hasMet: () => true }), 'succeeded'],
    ['keeps the state in which it ended', { ...failing, ended: 'succeeded' }, 'succeeded'],
    ['exists if its parent succeeds', { ...unwritten, parent: FACTS }, 'succeeded'],
    ['is absent if its parent fails', { ...FACTS, parent: failing }, 'absent'],
    ['is absent if another run of its parent was committed', { ...FACTS, parent: FACTS, isSuperseded: true }, 'absent'],
    ['of a repeating parent exists once it was seen', { ...FACTS, parent: { ...FACTS, repeats: true } }, 'succeeded'],
    [
      'of a repeating parent is absent before it was seen',
      { ...unwritten, parent: { ...FACTS, repeats: true } },
      'absent',
    ],
  ])('%s', (_, job, end) => {
    expect(new Prediction().endOf(job)).toBe(end);
  });

  it('is skipped after one unmet condition, without waiting for the others', () => {
    const job = { ...FACTS, dependsOn: [...after(unwritten, 'success').dependsOn, ...skipped.dependsOn] };
    expect(new Prediction().endOf(job)).toBe('skipped');
  });
});

describe('A delegating job', () => {
  it.each<[string, Partial<JobFacts>, Partial<JobFacts>, readonly [End, End, End]]>([
    ['has the result of the delegated job', {}, { isToFail: true }, ['succeeded', 'failed', 'failed']],
    ['keeps its own failure', { isToFail: true }, {}, ['failed', 'failed', 'absent']],
    ['is cancelled before it delegates', { isCancelled: true }, {}, ['cancelled', 'cancelled', 'absent']],
    [
      'passes a cancellation on to the delegated job',
      { isCancelled: true, hasShownFollowers: true },
      {},
      ['succeeded', 'cancelled', 'cancelled'],
    ],
  ])('%s', (_, parent, follower, ends) => {
    const prediction = new Prediction();
    const jobs = delegation(parent, follower);
    expect([prediction.endOf(jobs.parent), prediction.resultOf(jobs.parent), prediction.endOf(jobs.follower)]).toEqual(
      ends,
    );
  });
});
