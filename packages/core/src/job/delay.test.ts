import { expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import { chain } from './index.js';

const HOUR = 3_600_000;

it('The delay of a job counts from when it is enqueued', async () => {
  const testBed = new TestBed([defineActor({ name: 'work' }, () => 'done')]);
  const job = await testBed.repid.job('work', { delay: '1h' }).enqueue();
  await testBed.clock.advance(HOUR - 60_000);
  await testBed.drain();
  expect(await job.status()).toEqual({ state: 'delayed' });
  await testBed.clock.advance(60_000);
  await testBed.drain();
  expect(await job.waitUntilFinished()).toBe('done');
});

it('The delay of a job that waits for another counts from when it is released', async () => {
  const testBed = new TestBed([defineActor({ name: 'work' }, () => 'done')]);
  const [first, last] = [testBed.repid.job('work', { delay: '1h' }), testBed.repid.job('work', { delay: '1h' })];
  await testBed.repid.enqueue(chain(first, last));
  await testBed.clock.advance(HOUR);
  await testBed.drain();
  expect(await last.status()).toEqual({ state: 'delayed' });
  await testBed.clock.advance(HOUR);
  await testBed.drain();
  expect(await last.waitUntilFinished()).toBe('done');
});
