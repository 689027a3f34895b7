import { describe, expect, it } from 'vitest';
import { LinkedQueue } from './linked-queue.js';

describe('LinkedQueue', () => {
  it('returns items in the order in which they were added', () => {
    const queue = queueOf('a', 'b', 'c');
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', 'c', undefined]);
  });

  it.each([
    ['a', ['a', 'b', 'd']],
    ['c', ['b', 'c', 'd']],
    ['e', ['b', 'd', 'e']],
  ])('inserts %s behind the items before it', (item, expected) => {
    const queue = queueOf('b', 'd');
    queue.insertAfter((other) => other < item, item);
    expect([...queue]).toEqual(expected);
    expect(queue.first).toBe(expected[0]);
  });

  it.each([
    ['a', ['b', 'c']],
    ['b', ['a', 'c']],
    ['c', ['a', 'b']],
  ])('removes %s from its position, once', (leaving, staying) => {
    const queue = new LinkedQueue<string>();
    const links = new Map(['a', 'b', 'c'].map((item) => [item, queue.push(item)]));
    queue.remove(links.get(leaving)!);
    queue.remove(links.get(leaving)!);
    expect([...queue]).toEqual(staying);
    expect(queue.size).toBe(2);
  });

  it('does not remove a link that was shifted', () => {
    const queue = new LinkedQueue<string>();
    const link = queue.push('a');
    queue.shift();
    queue.push('b');
    queue.remove(link);
    expect([...queue]).toEqual(['b']);
  });

  it('can be used again after it was empty', () => {
    const queue = queueOf('a');
    queue.shift();
    expect(queue.size).toBe(0);
    queue.insertAfter(() => true, 'b');
    queue.push('c');
    expect([...queue]).toEqual(['b', 'c']);
  });
});

function queueOf(...items: string[]): LinkedQueue<string> {
  const queue = new LinkedQueue<string>();
  for (const item of items) queue.push(item);
  return queue;
}
