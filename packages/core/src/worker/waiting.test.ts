import { describe, expect, it } from 'vitest';
import { Bell } from './bell.js';
import { Cancellation } from './cancellation.js';
import { Lane } from './lane.js';

const turn = () => new Promise(setImmediate);

describe('A lane', () => {
  it('lets so many in at once, and the others in the order they came', async () => {
    const lane = new Lane(2);
    const entered: number[] = [];
    expect([lane.enter(new Cancellation()), lane.enter(new Cancellation())]).toEqual([undefined, undefined]);
    for (const n of [1, 2, 3]) void lane.enter(new Cancellation())!.then((isIn) => isIn && entered.push(n));
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
    void lane.enter(new Cancellation());
    lane.leave();
    expect(lane.enter(new Cancellation())).toBeUndefined();
  });

  it('without a limit is always free', () => {
    const lane = new Lane(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 1_000; n += 1) expect(lane.enter(new Cancellation())).toBeUndefined();
  });

  it('gives no place to one that is called off while it waits', async () => {
    const lane = new Lane(1);
    const calledOff = new Cancellation();
    void lane.enter(new Cancellation());
    const [first, second] = [lane.enter(calledOff)!, lane.enter(new Cancellation())!];
    calledOff.abort('off');
    expect(await first).toBe(false);
    lane.leave();
    expect(await second).toBe(true);
    lane.leave();
    expect(lane.enter(new Cancellation())).toBeUndefined();
  });

  it('counts what is held, and tells when that is released', () => {
    const releases: number[] = [];
    const lane = new Lane(2, () => releases.push(lane.free));
    const counts = [[lane.free, lane.surplus]];
    for (let n = 0; n < 3; n += 1) {
      lane.hold();
      counts.push([lane.free, lane.surplus]);
    }
    for (let n = 0; n < 3; n += 1) lane.release();
    expect(counts).toEqual([
      [2, 0],
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
    expect(releases).toEqual([0, 1, 2]);
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

  it('tells its listeners, at once where they are late', () => {
    const told: unknown[] = [];
    const cancellation = new Cancellation();
    cancellation.onAbort((reason) => told.push(reason));
    cancellation.onAbort((reason) => told.push(`too ${String(reason)}`));
    cancellation.abort('first');
    cancellation.onAbort((reason) => told.push(`late ${String(reason)}`));
    cancellation.abort('second');
    expect(told).toEqual(['first', 'too first', 'late first']);
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
