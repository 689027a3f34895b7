import { expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const MANY = 20_000;

it.each<[string, number, () => void | Promise<void>]>([
  ['at once', 1, () => {}],
  ['at once', 100, () => {}],
  ['by a promise', 1, async () => {}],
])('actors that end %s do not block the event loop, at concurrency %i', async (_, concurrency, run) => {
  let runs = 0;
  const actor = defineActor({ name: 'work' }, () => {
    runs += 1;
    return run();
  });
  const testBed = new TestBed([actor]);
  const message = { channel: 'default', payload: Buffer.from('1'), headers: { topic: 'work' } };
  await testBed.repid.producer.publish(Array.from({ length: MANY }, () => message));
  const worker = testBed.worker({ concurrency });
  setImmediate(() => void worker.stop());
  await worker.run({ burst: true });
  expect(runs).toBeLessThan(MANY);
});
