import { Alarm } from '../clock/alarm.js';
import type { Clock } from '../clock/index.js';
import { TimeoutError } from '../errors/index.js';
import type { Hand } from './hand.js';
import type { Hands } from './hands.js';
import type { ReceivedMessage } from './received-message.js';

/** Calls off what runs too long. One timer serves all, and what ends in time costs it nothing. */
export class TimeLimits {
  private readonly alarm: Alarm;

  constructor(
    private readonly clock: Clock,
    private readonly hands: Hands,
  ) {
    this.alarm = new Alarm(clock, () => this.look());
  }

  begin(hand: Hand, run: ReceivedMessage): void {
    hand.run = run;
    hand.lateAt = this.clock.now() + run.timeout;
    this.alarm.setBy(hand.lateAt);
  }

  /** Looks no more: nothing is in hand. */
  stop(): void {
    this.alarm.stop();
  }

  private look(): void {
    const now = this.clock.now();
    for (const hand of this.hands) {
      if (hand.run === undefined || hand.cancellation.isAborted) continue;
      if (hand.lateAt > now) this.alarm.setBy(hand.lateAt);
      else hand.cancellation.abort(lateness(hand.run));
    }
  }
}

function lateness({ actor, timeout }: ReceivedMessage): TimeoutError {
  return new TimeoutError(`"${actor.label}" ran longer than ${timeout} ms.`);
}
