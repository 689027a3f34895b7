import { describe, expect, it } from 'vitest';
import { DueQueue } from './due-queue.js';

describe('DueQueue', () => {
  it('returns items in the order of their due times', () => {
    const queue = new DueQueue<number>();
    for (const dueAt of shuffled(500)) queue.add(dueAt, dueAt);
    expect(takeAll(queue)).toEqual(Array.from({ length: 500 }, (_, number) => number));
  });

  it('returns items with the same due time in the order in which they were added', () => {
    const queue = new DueQueue<number>();
    for (let number = 0; number < 50; number += 1) queue.add(number, 7);
    expect(takeAll(queue)).toEqual(Array.from({ length: 50 }, (_, number) => number));
  });

  it('returns no item before it is due', () => {
    const queue = new DueQueue<string>();
    queue.add('later', 10);
    expect(queue.takeDue(9)).toBeUndefined();
    expect(queue.takeDue(10)?.item).toBe('later');
  });

  it('removes any item, once', () => {
    const queue = new DueQueue<number>();
    const tickets = shuffled(200).map((dueAt) => queue.add(dueAt, dueAt));
    for (const ticket of tickets) if (ticket.item % 3 !== 0) queue.remove(ticket);
    for (const ticket of tickets) if (ticket.item % 3 !== 0) queue.remove(ticket);
    expect(takeAll(queue)).toEqual(Array.from({ length: 67 }, (_, number) => number * 3));
  });

  it('lists all its items', () => {
    const queue = new DueQueue<string>();
    queue.add('later', 2);
    queue.remove(queue.add('away', 1));
    queue.add('soon', 1);
    expect([...queue].toSorted()).toEqual(['later', 'soon']);
  });
});

/** 0 to count - 1 in an order that looks random and never changes. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7919 + 13) % count);
}

function takeAll(queue: DueQueue<number>): number[] {
  const taken: number[] = [];
  for (let due = queue.takeDue(Infinity); due; due = queue.takeDue(Infinity)) taken.push(due.item);
  return taken;
}
