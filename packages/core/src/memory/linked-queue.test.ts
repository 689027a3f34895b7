import { describe, expect, it } from 'vitest';
import { LinkedQueue } from './linked-queue.js';

describe('LinkedQueue', () => {
  it('gives first what came first', () => {
    const queue = queueOf('a', 'b', 'c');
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', 'c', undefined]);
  });

  it.each([
    ['a', ['a', 'b', 'd']],
    ['c', ['b', 'c', 'd']],
    ['e', ['b', 'd', 'e']],
  ])('takes %s behind those that stay in front of it', (item, expected) => {
    const queue = queueOf('b', 'd');
    queue.insertAfter((other) => other < item, item);
    expect([...queue]).toEqual(expected);
    expect(queue.first).toBe(expected[0]);
  });

  it.each([
    ['a', ['b', 'c']],
    ['b', ['a', 'c']],
    ['c', ['a', 'b']],
  ])('lets %s leave from where it stands, once', (leaving, staying) => {
    const queue = new LinkedQueue<string>();
    const links = new Map(['a', 'b', 'c'].map((item) => [item, queue.push(item)]));
    queue.remove(links.get(leaving)!);
    queue.remove(links.get(leaving)!);
    expect([...queue]).toEqual(staying);
    expect(queue.size).toBe(2);
  });

  it('does not let a link leave that was shifted out', () => {
    const queue = new LinkedQueue<string>();
    const link = queue.push('a');
    queue.shift();
    queue.push('b');
    queue.remove(link);
    expect([...queue]).toEqual(['b']);
  });

  it('goes on after it was empty', () => {
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
