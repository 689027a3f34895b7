import { Alarm } from '../clock/alarm.js';
import { monotonic, type Clock } from '../clock/index.js';
import { runTimeout } from '../errors/timeouts.js';
import type { Hand } from './hand.js';
import type { Hands } from './hands.js';
import type { ReceivedMessage } from './received-message.js';

/**
 * Calls off what runs too long. One timer serves all, and what ends in time costs it nothing. The clock is the monotonic one:
 * a wall clock that is set makes no run late.
 */
export class TimeLimits {
  private readonly alarm: Alarm;

  constructor(
    private readonly clock: Clock,
    private readonly hands: Hands,
  ) {
    this.alarm = new Alarm(
      clock,
      () => this.look(),
      () => monotonic(clock),
    );
  }

  begin(hand: Hand, run: ReceivedMessage): void {
    hand.run = run;
    hand.lateAt = monotonic(this.clock) + run.timeout;
    this.alarm.setBy(hand.lateAt);
  }

  /** Looks no more: nothing is in hand. */
  stop(): void {
    this.alarm.stop();
  }

  private look(): void {
    const now = monotonic(this.clock);
    for (const hand of this.hands) {
      if (hand.run === undefined || hand.cancellation.isAborted) continue;
      if (hand.lateAt > now) this.alarm.setBy(hand.lateAt);
      else hand.cancellation.abort(runTimeout(hand.run.actor.label, hand.run.timeout));
    }
  }
}
