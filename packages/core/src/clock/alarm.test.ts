import { describe, expect, it } from 'vitest';
import { AdjustableClock } from './adjustable-clock.js';
import { Alarm } from './alarm.js';

describe('Alarm', () => {
  it('rings at the earliest of the times that it was set to', async () => {
    const { clock, alarm, rings } = create();
    alarm.setBy(clock.now() + 3_000);
    alarm.setBy(clock.now() + 1_000);
    alarm.setBy(clock.now() + 2_000);
    await clock.advance(1_000);
    expect(rings()).toBe(1);
    await clock.advance(10_000);
    expect(rings()).toBe(1);
  });

  it('can be set again when it rings', async () => {
    const { clock, alarm, rings } = create(() => alarm.setBy(clock.now() + 1_000));
    alarm.setBy(clock.now() + 1_000);
    await clock.advance(3_500);
    expect(rings()).toBe(3);
  });

  it('does not ring once stopped, and can be set again', async () => {
    const { clock, alarm, rings } = create();
    alarm.setBy(clock.now() + 1_000);
    alarm.stop();
    await clock.advance(2_000);
    expect(rings()).toBe(0);
    alarm.setBy(clock.now() + 1_000);
    await clock.advance(2_000);
    expect(rings()).toBe(1);
  });
});

function create(onRing: () => void = () => undefined) {
  const clock = new AdjustableClock();
  let count = 0;
  const alarm = new Alarm(clock, () => {
    count += 1;
    onRing();
  });
  return { clock, alarm, rings: () => count };
}
