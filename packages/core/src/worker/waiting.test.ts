import { describe, expect, it } from 'vitest';
import { AsyncSignal } from './async-signal.js';
import { Cancellation } from './cancellation.js';
import { Semaphore } from './semaphore.js';

const turn = () => new Promise(setImmediate);

describe('A semaphore', () => {
  it('lets so many in at once, and the others in the order they came', async () => {
    const semaphore = new Semaphore(2);
    const entered: number[] = [];
    expect([semaphore.enter(new Cancellation()), semaphore.enter(new Cancellation())]).toEqual([undefined, undefined]);
    for (const n of [1, 2, 3]) void semaphore.enter(new Cancellation())!.then((isIn) => isIn && entered.push(n));
    await turn();
    expect(entered).toEqual([]);
    semaphore.leave();
    await turn();
    expect(entered).toEqual([1]);
    semaphore.leave();
    semaphore.leave();
    await turn();
    expect(entered).toEqual([1, 2, 3]);
  });

  it('is free again when all have left', () => {
    const semaphore = new Semaphore(1);
    void semaphore.enter(new Cancellation());
    semaphore.leave();
    expect(semaphore.enter(new Cancellation())).toBeUndefined();
  });

  it('without a limit is always free', () => {
    const semaphore = new Semaphore(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 1_000; n += 1) expect(semaphore.enter(new Cancellation())).toBeUndefined();
  });

  it('gives no place to one that is called off while it waits', async () => {
    const semaphore = new Semaphore(1);
    const calledOff = new Cancellation();
    void semaphore.enter(new Cancellation());
    const [first, second] = [semaphore.enter(calledOff)!, semaphore.enter(new Cancellation())!];
    calledOff.abort('off');
    expect(await first).toBe(false);
    semaphore.leave();
    expect(await second).toBe(true);
    semaphore.leave();
    expect(semaphore.enter(new Cancellation())).toBeUndefined();
  });

  it('counts what is held, and tells when that is released', () => {
    const releases: number[] = [];
    const semaphore = new Semaphore(2, () => releases.push(semaphore.free));
    const counts = [[semaphore.free, semaphore.overflow]];
    for (let n = 0; n < 3; n += 1) {
      semaphore.hold();
      counts.push([semaphore.free, semaphore.overflow]);
    }
    for (let n = 0; n < 3; n += 1) semaphore.release();
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

describe('A signal', () => {
  it('wakes all who wait, once', async () => {
    const signal = new AsyncSignal();
    const woken: string[] = [];
    void signal.next().then(() => woken.push('one'));
    void signal.next().then(() => woken.push('other'));
    signal.ring();
    signal.ring();
    void signal.next().then(() => woken.push('late'));
    await turn();
    expect(woken).toEqual(['one', 'other']);
  });
});
