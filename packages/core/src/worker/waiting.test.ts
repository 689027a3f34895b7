import { describe, expect, it } from 'vitest';
import { Bell } from './bell.js';
import { Cancellation } from './cancellation.js';
import { Lane } from './lane.js';

const turn = () => new Promise(setImmediate);

describe('A lane', () => {
  it('lets so many in at once, and the others in the order they came', async () => {
    const lane = new Lane(2);
    const entered: number[] = [];
    expect([lane.enter(), lane.enter()]).toEqual([undefined, undefined]);
    for (const n of [1, 2, 3]) void lane.enter()!.then(() => entered.push(n));
    await turn();
    expect(entered).toEqual([]);
    lane.leave();
    await turn();
    expect(entered).toEqual([1]);
    lane.leave();
    lane.leave();
    await turn();
    expect(entered).toEqual([1, 2, 3]);
  });

  it('is free again when all have left', () => {
    const lane = new Lane(1);
    lane.enter();
    lane.leave();
    expect(lane.enter()).toBeUndefined();
  });

  it('without a limit is always free', () => {
    const lane = new Lane(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 1_000; n += 1) expect(lane.enter()).toBeUndefined();
  });
});

describe('A cancellation', () => {
  it('fires its signal with the first reason', () => {
    const cancellation = new Cancellation();
    const { signal } = cancellation;
    cancellation.abort('first');
    cancellation.abort('second');
    expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
  });

  it('has a signal that has fired already for one who asks late', () => {
    const cancellation = new Cancellation();
    cancellation.abort('early');
    expect([cancellation.signal.aborted, cancellation.signal.reason]).toEqual([true, 'early']);
  });

  it('tells its listener, at once where it is late', () => {
    const told: unknown[] = [];
    const cancellation = new Cancellation();
    cancellation.onAbort((reason) => told.push(reason));
    cancellation.abort('first');
    cancellation.onAbort((reason) => told.push(`late ${String(reason)}`));
    cancellation.abort('second');
    expect(told).toEqual(['first', 'late first']);
  });

  it('throws its reason once it is called off', () => {
    const cancellation = new Cancellation();
    expect(() => cancellation.throwIfAborted()).not.toThrow();
    cancellation.abort(new Error('off'));
    expect(() => cancellation.throwIfAborted()).toThrow('off');
  });
});

describe('A bell', () => {
  it('wakes all who wait, once', async () => {
    const bell = new Bell();
    const woken: string[] = [];
    void bell.next().then(() => woken.push('one'));
    void bell.next().then(() => woken.push('other'));
    bell.ring();
    bell.ring();
    void bell.next().then(() => woken.push('late'));
    await turn();
    expect(woken).toEqual(['one', 'other']);
  });
});
