import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { ChannelLimits, mostOf } from './channel-limits.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { Slots } from './slots.js';

const TAKING = { receivedAt: 0, ownedSince: 0, ownedUntil: 0 };

function slotsOf(concurrency: number, canDelay = true) {
  const clock = new AdjustableClock();
  const freed: number[] = [];
  const actor = defineActor({ name: 'work', concurrency }, () => {});
  const slots: Slots = new Slots(actor, clock, canDelay, () => freed.push(slots.semaphore.free));
  const inFlight = (id: string, deliveryCount = 1) =>
    new InFlightDelivery(
      { message: { headers: { 'repid-id': id } }, deliveryCount } as unknown as Delivery,
      TAKING,
      () => {},
    );
  return { clock, slots, inFlight, freed };
}

describe('The slots of an actor', () => {
  it('admit as many as it may run, and give the others back', () => {
    const { slots, inFlight, freed } = slotsOf(2);
    const deliveries = ['a', 'b', 'c'].map((id) => inFlight(id));
    expect(deliveries.map((one) => slots.admit(one))).toEqual([undefined, undefined, 20]);
    deliveries[0]!.releaseSlot();
    deliveries[0]!.releaseSlot();
    expect(freed).toEqual([1]);
    expect(slots.admit(deliveries[2]!)).toBeUndefined();
  });

  it('give back for a time that follows how long its runs last', () => {
    const { slots, inFlight } = slotsOf(2);
    for (const id of ['a', 'b']) slots.admit(inFlight(id));
    slots.end(8_000);
    expect(slots.admit(inFlight('c'))).toBe(1_000);
    slots.end(4_000);
    expect(slots.admit(inFlight('d'))).toBe(1_750); // 7 s now, and it is the second in line.
  });

  it('take a run for as long as it lasts already, where none has ended', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.admit(inFlight('a'));
    slots.begin(clock.monotonic());
    expect(slots.admit(inFlight('b'))).toBe(25);
    await clock.advance(10_000); // Nobody has seen it since: it was taken by another worker, and comes back.
    expect(slots.admit(inFlight('b'))).toBe(2_500);
  });

  it('let wait what is to run in a moment: giving it back would take longer', () => {
    const { slots, inFlight } = slotsOf(1);
    slots.end(9);
    const delays = ['a', 'b', 'c', 'd'].map((id) => slots.admit(inFlight(id)));
    expect(delays).toEqual([undefined, undefined, undefined, 20]);
  });

  it('give back what was to run in a moment, where the runs before it last longer than those of late', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.end(9);
    const [running, waiting] = [inFlight('a'), inFlight('b')];
    for (const one of [running, waiting]) expect(slots.admit(one)).toBeUndefined();
    expect(slots.enter(running)).toBeUndefined();
    const entering = slots.enter(waiting);
    await clock.advance(100);
    expect(await entering).toBe(false);
    expect(slots.delayOf(waiting)).toBe(25); // They are taken to last 100 ms.
    waiting.releaseSlot();
    expect(slots.admit(inFlight('c'))).toBeDefined();
  });

  it('let in what is to run in a moment', async () => {
    const { slots, inFlight, clock } = slotsOf(1);
    slots.end(9);
    const [running, waiting] = [inFlight('a'), inFlight('b')];
    for (const one of [running, waiting]) slots.admit(one);
    slots.enter(running);
    const entering = slots.enter(waiting);
    await clock.advance(99);
    running.releaseSlot();
    await clock.advance(100);
    expect(await entering).toBe(true);
  });

  it.each([
    ['has lost its worker before: giving it back would forget that', true, 2],
    ['would come again at once, where the broker knows no delays', false, 1],
  ])('let wait what %s', (_, canDelay, deliveryCount) => {
    const { slots, inFlight } = slotsOf(1, canDelay);
    slots.admit(inFlight('a'));
    expect(slots.admit(inFlight('b', deliveryCount))).toBeUndefined();
    expect(slots.semaphore.overflow).toBe(1);
  });
});

describe('The limits of channels', () => {
  const limited = (concurrency: number) => slotsOf(concurrency).slots;

  it('are those of channels whose actors all have one', () => {
    const busy = limited(2);
    busy.semaphore.hold();
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

  it('are complete where no channel is without', () => {
    expect(ChannelLimits.of([{ channel: 'a', slots: limited(1) }], ['a'])!.isComplete).toBe(true);
  });

  it('are none where no actor has one', () => {
    expect(ChannelLimits.of([{ channel: 'a', slots: undefined }], ['a'])).toBeUndefined();
  });

  it.each([
    [10, [1, 2], true, 3],
    [2, [1, 2], true, 2],
    [10, [0, 0], true, 0],
    [10, [0, 0], false, 10],
  ])('of %i and %j, complete: %s, leave %i', (room, free, isComplete, expected) => {
    expect(mostOf(room, new Map(free.map((n, at) => [String(at), n])), isComplete)).toBe(expected);
  });
});
