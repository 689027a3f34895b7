import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { ChannelLimits, maxWithin } from './channel-limits.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { Slots } from './slots.js';

/** Only `advance()` moves the time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

const TIMES = { receivedAt: 0, ownedSince: 0, ownedUntil: 0 };

function slotsOf(concurrency: number, canDelay = true) {
  const clock = new AdjustableClock();
  const freed: number[] = [];
  const actor = defineActor({ name: 'work', concurrency }, () => {});
  const slots: Slots = new Slots(actor, clock, canDelay, () => freed.push(slots.semaphore.free));
  const inFlight = (id: string, deliveryCount = 1) =>
    new InFlightDelivery(
      { message: { headers: { 'repid-id': id } }, deliveryCount } as unknown as Delivery,
      TIMES,
      () => {},
    );
  return { clock, slots, inFlight, freed };
}

describe('The slots of an actor', () => {
  it('admit as many as its concurrency, and return the others', () => {
    const { slots, inFlight, freed } = slotsOf(2);
    const all = ['a', 'b', 'c'].map((id) => inFlight(id));
    expect(all.map((one) => slots.admit(one))).toEqual([undefined, undefined, 20]);
    all[0]!.releaseActorSlot();
    all[0]!.releaseActorSlot();
    expect(freed).toEqual([1]);
    expect(slots.admit(all[2]!)).toBeUndefined();
  });

  it('return messages with a delay that follows the duration of its runs', () => {
    const { slots, inFlight } = slotsOf(2);
    for (const id of ['a', 'b']) slots.admit(inFlight(id));
    slots.ended(8_000);
    expect(slots.admit(inFlight('c'))).toBe(1_000);
    slots.ended(4_000);
    expect(slots.admit(inFlight('d'))).toBe(1_750); // The average is 7 s now, and it is second in the queue.
  });

  it('estimate the duration by the current run if none has ended', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.admit(inFlight('a'));
    slots.started(clock.monotonic());
    expect(slots.admit(inFlight('b'))).toBe(25);
    await clock.advance(10_000); // It is overdue, so it counts as received by another worker. Then it is received again.
    expect(slots.admit(inFlight('b'))).toBe(2_500);
  });

  it('keep a message that will run soon: returning it would take longer', () => {
    const { slots, inFlight } = slotsOf(1);
    slots.ended(9);
    const delays = ['a', 'b', 'c', 'd'].map((id) => slots.admit(inFlight(id)));
    expect(delays).toEqual([undefined, undefined, undefined, 20]);
  });

  it('return a message that has waited for too long, because the runs before it last longer than the average', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.ended(9);
    const [running, waiting] = [inFlight('a'), inFlight('b')];
    for (const one of [running, waiting]) expect(slots.admit(one)).toBeUndefined();
    expect(slots.acquire(running)).toBeUndefined();
    const acquiring = slots.acquire(waiting);
    await clock.advance(100);
    expect(await acquiring).toBe(false);
    expect(slots.delayOf(waiting)).toBe(25); // The average is set to 100 ms.
    waiting.releaseActorSlot();
    expect(slots.admit(inFlight('c'))).toBeDefined();
  });

  it('run a message that waits for a short time', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.ended(9);
    const [running, waiting] = [inFlight('a'), inFlight('b')];
    for (const one of [running, waiting]) slots.admit(one);
    slots.acquire(running);
    const acquiring = slots.acquire(waiting);
    await clock.advance(99);
    running.releaseActorSlot();
    await clock.advance(100);
    expect(await acquiring).toBe(true);
  });

  it.each([
    ['has lost its worker before: returning it would reset its delivery count', true, 2],
    ['would be delivered again at once, because the broker has no delays', false, 1],
  ])('keep a message that %s', (_, canDelay, deliveryCount) => {
    const { slots, inFlight } = slotsOf(1, canDelay);
    slots.admit(inFlight('a'));
    expect(slots.admit(inFlight('b', deliveryCount))).toBeUndefined();
    expect(slots.semaphore.excess).toBe(1);
  });
});

describe('The channel limits', () => {
  const limited = (concurrency: number) => slotsOf(concurrency).slots;

  it('apply to channels whose actors all have one', () => {
    const busy = limited(2);
    busy.semaphore.reserve();
    const limits = ChannelLimits.of(
      [
        { channel: 'a', slots: busy },
        { channel: 'a', slots: limited(3) },
        { channel: 'b', slots: limited(1) },
        { channel: 'b', slots: undefined },
        { channel: 'c', slots: limited(5) },
      ],
      ['a', 'b', 'd'],
    )!;
    expect([...limits.current()]).toEqual([['a', 4]]);
    expect(limits.isComplete).toBe(false);
  });

  it('are complete if every channel has one', () => {
    expect(ChannelLimits.of([{ channel: 'a', slots: limited(1) }], ['a'])!.isComplete).toBe(true);
  });

  it('are undefined if no actor has one', () => {
    expect(ChannelLimits.of([{ channel: 'a', slots: undefined }], ['a'])).toBeUndefined();
  });

  it.each([
    [10, [1, 2], true, 3],
    [2, [1, 2], true, 2],
    [10, [0, 0], true, 0],
    [10, [0, 0], false, 10],
  ])('with %i available and %j free, complete: %s: at most %i', (available, free, isComplete, expected) => {
    expect(maxWithin(available, new Map(free.map((n, at) => [String(at), n])), isComplete)).toBe(expected);
  });
});
