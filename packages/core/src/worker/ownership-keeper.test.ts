import { describe, expect, it } from 'vitest';
import type { Consumer, Delivery } from '../broker/index.js';
import { AdjustableClock } from '../clock/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { RepidEvent } from '../events/index.js';
import { Hand } from './hand.js';
import { Hands } from './hands.js';
import { OwnershipKeeper } from './ownership-keeper.js';

const OWNERSHIP_TIME = 3_000;

function takenNow(clock: AdjustableClock) {
  const takenAt = clock.monotonic();
  return { receivedAt: clock.now(), takenAt, ownedUntil: takenAt + OWNERSHIP_TIME };
}

function keeping(extend: (deliveries: readonly Delivery[]) => Promise<readonly Delivery[]>) {
  const clock = new AdjustableClock();
  const events: RepidEvent[] = [];
  const message = { channel: 'default', payload: new Uint8Array(), headers: {} };
  const delivery: Delivery = {
    id: '7',
    message,
    priority: 'medium',
    deliveryCount: 1,
    isExhausted: false,
    settle: async () => {},
  };
  const hand = new Hand(delivery, takenNow(clock), () => {});
  const hands = new Hands();
  hands.add(hand);
  const consumer = { ownershipTime: OWNERSHIP_TIME, extend } as Consumer;
  const cleared: number[] = [];
  const keeper = new OwnershipKeeper(
    consumer,
    clock,
    hands,
    (event) => events.push(event),
    () => cleared.push(clock.monotonic() - hand.takenAt),
  );
  return { clock, events, hand, hands, keeper, cleared };
}

describe('The keeper of ownership', () => {
  it('extends what is in hand three times in the time that it is owned, in one call', async () => {
    const calls: number[] = [];
    const { clock, hand } = keeping(async (deliveries) => {
      calls.push(deliveries.length);
      return [];
    });
    const ownedUntil = hand.ownedUntil;
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toEqual([1, 1, 1]);
    expect(hand.ownedUntil).toBeGreaterThanOrEqual(ownedUntil + OWNERSHIP_TIME - 100);
  });

  it('asks for nothing while nothing is in hand', async () => {
    let calls = 0;
    const { clock, hand, hands } = keeping(async () => ((calls += 1), []));
    hands.delete(hand);
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toBe(0);
  });

  it('calls a run off that has lost its message, and tells', async () => {
    const { clock, events, hand } = keeping(async (deliveries) => deliveries);
    await clock.advance(OWNERSHIP_TIME / 3);
    expect(events).toEqual([{ type: 'ownership-lost', id: '7', channel: 'default' }]);
    expect(hand.cancellation.signal.reason).toBeInstanceOf(LostOwnershipError);
  });

  it.each(['isSettling', 'isSettled'] as const)('leaves one alone that %s', async (state) => {
    const { clock, events, hand } = keeping(async (deliveries) => deliveries);
    hand[state] = true;
    await clock.advance(OWNERSHIP_TIME);
    expect([events, hand.cancellation.signal.aborted]).toEqual([[], false]);
  });

  it('tells that the broker is away, and goes on', async () => {
    const { clock, events } = keeping(() => Promise.reject(new Error('away')));
    await clock.advance((OWNERSHIP_TIME / 3) * 2);
    expect(events.map(({ type }) => type)).toEqual(['broker-problem', 'broker-problem']);
  });

  it('clears one that runs alone once that was extended past its first ownership', async () => {
    const { clock, hand, cleared } = keeping(async () => []);
    hand.isAlone = true;
    await clock.advance(OWNERSHIP_TIME - 1);
    expect([cleared, hand.isAlone]).toEqual([[], true]);
    await clock.advance(OWNERSHIP_TIME / 3 + 1);
    expect([cleared.length, hand.isAlone]).toEqual([1, false]);
    expect(cleared[0]).toBeGreaterThanOrEqual(OWNERSHIP_TIME);
  });

  it('does not clear one whose extension fails', async () => {
    const { clock, hand, cleared } = keeping(() => Promise.reject(new Error('away')));
    hand.isAlone = true;
    await clock.advance(OWNERSHIP_TIME * 3);
    expect([cleared, hand.isAlone]).toEqual([[], true]);
  });

  it('ends when it is stopped', async () => {
    let calls = 0;
    const { clock, keeper } = keeping(async () => ((calls += 1), []));
    keeper.stop();
    await clock.advance(OWNERSHIP_TIME);
    expect(calls).toBe(0);
  });
});
