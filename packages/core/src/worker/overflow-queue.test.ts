import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayOf, OverflowQueue } from './overflow-queue.js';

describe('The delay of a returned message', () => {
  it.each([
    ['the first, with runs of a second', 0, 1_000, 250],
    ['the fourth, with runs of a second', 3, 1_000, 1_000],
    ['one far behind', 99, 1_000, 5_000],
    ['the first, with very short runs', 0, 1, 20],
    ['the first, with very long runs', 0, 3_600_000, 5_000],
    ['one in a very long queue', 100_000, 1_000, 500_000],
  ])('%s', (_, rank, interval, expected) => {
    expect(delayOf(rank, interval)).toBe(expected);
  });
});

function removeOverdue(due: Map<number, number>, now: number): void {
  for (const [n, dueAt] of due) {
    if (dueAt + 2_000 >= now) return;
    due.delete(n);
  }
}

describe('The queue', () => {
  it('never makes a job due before those ahead of it, however often they are returned', () => {
    const steps = fc.array(fc.record({ n: fc.nat(9), interval: fc.integer({ min: 1, max: 20_000 }) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (returns) => {
        const overflow = new OverflowQueue();
        const due = new Map<number, number>();
        let now = 0;
        for (const { n, interval } of returns) {
          now = Math.max(now, due.get(n) ?? now);
          removeOverdue(due, now);
          const delay = overflow.delay(String(n), now, interval);
          const queue = [...due.keys()];
          const before = due.has(n) ? queue.slice(0, queue.indexOf(n)) : queue;
          for (const other of before) expect(now + delay).toBeGreaterThanOrEqual(due.get(other)!);
          due.set(n, now + delay);
        }
      }),
    );
  });

  it('keeps the position of a job until it runs', () => {
    const overflow = new OverflowQueue();
    expect(['a', 'b', 'c'].map((id) => overflow.delay(id, 0, 1_000))).toEqual([250, 500, 750]);
    expect(overflow.delay('c', 100, 1_000)).toBe(750);
    overflow.remove('a');
    expect(overflow.delay('c', 400, 1_000)).toBe(500);
    expect(overflow.delay('d', 400, 1_000)).toBe(750);
  });

  it('forgets jobs that another worker has received', () => {
    const overflow = new OverflowQueue();
    for (const id of ['a', 'b', 'c']) overflow.delay(id, 0, 1_000);
    overflow.delay('c', 2_400, 1_000);
    expect(overflow.delay('c', 2_800, 1_000)).toBe(250);
  });

  it('puts messages without an id at the end', () => {
    const overflow = new OverflowQueue();
    overflow.delay('a', 0, 1_000);
    expect([undefined, undefined, 'b', 'a'].map((id) => overflow.delay(id, 0, 1_000))).toEqual([500, 750, 1_000, 250]);
    expect(overflow.until).toBe(1_000);
  });

  it('remembers a limited number of messages', () => {
    const overflow = new OverflowQueue();
    for (let n = 0; n < 10_050; n += 1) overflow.delay(String(n), 0, 1);
    expect(overflow.delay('new', 0, 4)).toBe(delayOf(10_000, 4));
  });
});
