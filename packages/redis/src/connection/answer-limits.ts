import { Alarm, scheduleTimer } from '@repid/core';
import { AnswerLostError, explain } from './problems.js';

/** A command that is not answered yet. */
interface Pending {
  /** By the process' monotonic clock, in milliseconds. */
  readonly deadline: number;
  readonly reject: (problem: unknown) => void;
  /** Where it lies among the others. */
  place: number;
}

const MONOTONIC = { now: () => performance.now(), schedule: scheduleTimer };

/** Gives up commands that are not answered in time. One timer serves all, and what is answered in time costs it nothing. */
export class AnswerLimits {
  private readonly pending: Pending[] = [];
  private readonly alarm = new Alarm(MONOTONIC, () => this.look());

  /** @param onLate called before what is late is given up */
  constructor(private readonly onLate: () => void) {}

  /**
   * Resolves with the answer.
   * @throws AnswerLostError when none comes by the deadline, and what a problem with the command means
   */
  within<Answer>(answer: Promise<Answer>, deadline: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pending = this.add(deadline, reject);
      answer.then(
        (value) => {
          this.remove(pending);
          resolve(value);
        },
        (problem: unknown) => {
          this.remove(pending);
          reject(explain(problem));
        },
      );
    });
  }

  private add(deadline: number, reject: (problem: unknown) => void): Pending {
    const pending = { deadline, reject, place: this.pending.length };
    this.pending.push(pending);
    this.alarm.setBy(deadline);
    return pending;
  }

  private remove(pending: Pending): void {
    if (this.pending[pending.place] !== pending) return;
    const last = this.pending.pop()!;
    if (last === pending) return;
    this.pending[pending.place] = last;
    last.place = pending.place;
  }

  private look(): void {
    const now = performance.now();
    const late = this.pending.filter(({ deadline }) => deadline <= now);
    for (const one of late) this.remove(one);
    for (const { deadline } of this.pending) this.alarm.setBy(deadline);
    if (late.length > 0) this.onLate();
    for (const { reject } of late) reject(new AnswerLostError('it took too long'));
  }
}
