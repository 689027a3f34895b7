import { expect, it } from 'vitest';
import { Cancellation } from './cancellation.js';
import { Semaphore } from './semaphore.js';

const tick = () => new Promise(setImmediate);

it('admits as many as its capacity, and the others in order', async () => {
  const semaphore = new Semaphore(2);
  const acquired: number[] = [];
  expect([semaphore.acquire(new Cancellation()), semaphore.acquire(new Cancellation())]).toEqual([
    undefined,
    undefined,
  ]);
  for (const n of [1, 2, 3]) {
    void semaphore.acquire(new Cancellation())!.then((hasAcquired) => hasAcquired && acquired.push(n));
  }
  await tick();
  expect(acquired).toEqual([]);
  semaphore.release();
  await tick();
  expect(acquired).toEqual([1]);
  semaphore.release();
  semaphore.release();
  await tick();
  expect(acquired).toEqual([1, 2, 3]);
});

it('has a free slot again after each release', () => {
  const semaphore = new Semaphore(1);
  void semaphore.acquire(new Cancellation());
  semaphore.release();
  expect(semaphore.acquire(new Cancellation())).toBeUndefined();
});

it('always has a free slot if its capacity is infinite', () => {
  const semaphore = new Semaphore(Number.POSITIVE_INFINITY);
  for (let n = 0; n < 1_000; n += 1) expect(semaphore.acquire(new Cancellation())).toBeUndefined();
});

it('gives no slot to a run that is aborted while it waits', async () => {
  const semaphore = new Semaphore(1);
  const aborted = new Cancellation();
  void semaphore.acquire(new Cancellation());
  const [first, second] = [semaphore.acquire(aborted)!, semaphore.acquire(new Cancellation())!];
  aborted.abort('off');
  expect(await first).toBe(false);
  semaphore.release();
  expect(await second).toBe(true);
  semaphore.release();
  expect(semaphore.acquire(new Cancellation())).toBeUndefined();
});

it('counts reservations, and calls back when one ends', () => {
  const freed: number[] = [];
  const semaphore = new Semaphore(2, () => freed.push(semaphore.free));
  const counts = [[semaphore.free, semaphore.excess]];
  for (let n = 0; n < 3; n += 1) {
    semaphore.reserve();
    counts.push([semaphore.free, semaphore.excess]);
  }
  for (let n = 0; n < 3; n += 1) semaphore.endReservation();
  expect(counts).toEqual([
    [2, 0],
    [1, 0],
    [0, 0],
    [0, 1],
  ]);
  expect(freed).toEqual([0, 1, 2]);
});
