import { expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

type Resolve = (value: unknown) => void;

// oxlint-disable-next-line unicorn/no-thenable -- actors can return it
const thenable = (then: (resolveWith: Resolve) => void): unknown => ({ then });

/** Runs an actor that returns an object with a `then` that is no promise. */
async function perform(then: (resolveWith: Resolve) => void) {
  const actor = defineActor({ name: 'work' }, () => thenable(then));
  const testBed = new TestBed([actor]);
  const job = await testBed.perform('work');
  return { job, testBed };
}

it('waits for the promise that a thenable resolves with', async () => {
  const { job } = await perform((resolveWith) => resolveWith(new Promise((resolve) => setImmediate(resolve, 'done'))));
  expect(await job.result()).toMatchObject({ success: true, data: 'done' });
});

it('fails if that promise rejects', async () => {
  const { job } = await perform((resolveWith) => resolveWith(Promise.reject(new Error('broken'))));
  expect(await job.result()).toMatchObject({ success: false, exception: 'Error: broken' });
});

it('keeps its concurrency limit if a thenable resolves twice', async () => {
  let inside = 0;
  let most = 0;
  const actor = defineActor({ name: 'work', concurrency: 1 }, (n: number) => {
    if (n < 2) return thenable((resolveWith) => (resolveWith(1), resolveWith(2)));
    most = Math.max(most, (inside += 1));
    return new Promise((resolve) => setImmediate(resolve)).then(() => (inside -= 1));
  });
  const testBed = new TestBed([actor]);
  for (let n = 0; n < 6; n += 1) await testBed.send('work', n);
  expect(await testBed.drain({ concurrency: 6 })).toBe(6);
  expect(most).toBe(1);
});
