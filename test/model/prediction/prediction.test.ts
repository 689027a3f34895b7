import { describe, expect, it } from 'vitest';
import type { Condition } from '@repid/core';
import { type Case, type End, Prediction } from './prediction.js';

const CASE: Case = {
  parent: undefined,
  isKnownToBeThere: true,
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
const failing: Case = { ...CASE, isToFail: true };
const cancelled: Case = { ...CASE, isCancelled: true };
const unwritten: Case = { ...CASE, isKnownToBeThere: false };
const after = (on: Case, condition: Condition, rest: Partial<Case> = {}): Case => ({
  ...CASE,
  dependsOn: [{ on, condition }],
  ...rest,
});
const skipped = after(failing, 'success');

/** A job that hands its result over, and the one that takes it. */
function delegation(parent: Partial<Case>, follower: Partial<Case>): { parent: Case; follower: Case } {
  const delegator: Case & { delegate: Case | undefined } = { ...CASE, ...parent };
  delegator.delegate = { ...CASE, parent: delegator, isKnownToBeThere: false, ...follower };
  return { parent: delegator, follower: delegator.delegate };
}

describe('A job', () => {
  it.each<[string, Case, End]>([
    ['succeeds', CASE, 'succeeded'],
    ['fails', failing, 'failed'],
    ['is cancelled', cancelled, 'cancelled'],
    ['is not there before it is enqueued', unwritten, 'absent'],
    ['runs on success', after(CASE, 'success'), 'succeeded'],
    ['is skipped where success does not come', after(failing, 'success'), 'skipped'],
    ['is skipped where failure does not come', after(CASE, 'failure'), 'skipped'],
    ['runs on failure', after(failing, 'failure'), 'succeeded'],
    ['takes a cancelled job for a failure', after(cancelled, 'failure'), 'succeeded'],
    ['does not take a skipped job for a failure', after(skipped, 'failure'), 'skipped'],
    ['runs on any end', after(skipped, 'settled'), 'succeeded'],
    ['waits for what is not there', after(unwritten, 'settled'), 'pending'],
    ['waits for what waits', after(after(unwritten, 'settled'), 'success'), 'pending'],
    ['keeps what it has met', after(failing, 'success', { hasMet: () => true }), 'succeeded'],
    ['stays as it has ended', { ...failing, ended: 'succeeded' }, 'succeeded'],
    ['is there where its parent succeeds', { ...unwritten, parent: CASE }, 'succeeded'],
    ['is not there where its parent fails', { ...CASE, parent: failing }, 'absent'],
    [
      'is not there where another run of its parent was committed',
      { ...CASE, parent: CASE, isSuperseded: true },
      'absent',
    ],
    ['is known to be there where its parent repeats', { ...CASE, parent: { ...CASE, repeats: true } }, 'succeeded'],
    ['is missing where its parent repeats', { ...unwritten, parent: { ...CASE, repeats: true } }, 'absent'],
  ])('%s', (_, job, end) => {
    expect(new Prediction().endOf(job)).toBe(end);
  });

  it('that breaks one condition does not wait for the others', () => {
    const job = { ...CASE, dependsOn: [...after(unwritten, 'success').dependsOn, ...skipped.dependsOn] };
    expect(new Prediction().endOf(job)).toBe('skipped');
  });
});

describe('A job that delegates', () => {
  it.each<[string, Partial<Case>, Partial<Case>, readonly [End, End, End]]>([
    ['has the result of the other', {}, { isToFail: true }, ['succeeded', 'failed', 'failed']],
    ['has its own failure', { isToFail: true }, {}, ['failed', 'failed', 'absent']],
    ['is cancelled itself', { isCancelled: true }, {}, ['cancelled', 'cancelled', 'absent']],
    [
      'is cancelled in the other',
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
