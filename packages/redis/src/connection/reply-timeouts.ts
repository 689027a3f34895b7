import { scheduleTimer } from '@repid/core';
import { Alarm, SwapRemoveList, type ListMember } from '@repid/core/internal';
import { LIMITS } from '../options/defaults.js';
import { ReplyLostError, explain } from './problems.js';

/** A command whose reply is pending. */
interface Pending extends ListMember {
  /** By the process' monotonic clock, in milliseconds. */
  deadline: number;
  /** How much had been received when this was last looked at. */
  received: number;
  readonly reject: (problem: unknown) => void;
}

const MONOTONIC = { now: () => performance.now(), schedule: scheduleTimer };

/** Gives up commands whose replies do not come in time. One timer serves all of them. */
export class ReplyTimeouts {
  private readonly pending = new SwapRemoveList<Pending>();
  // After the event loop was blocked, replies may be waiting to be read: they are read first.
  private readonly alarm = new Alarm(MONOTONIC, () => setImmediate(() => this.look()));
  private replied = 0;

  /**
   * @param address where Redis is, for errors
   * @param onLate called before late commands are given up
   * @param received how much has been received so far. Nothing is given up while it grows. By default it never does
   */
  constructor(
    private readonly address: string,
    private readonly onLate: () => void,
    private readonly received: () => number = () => 0,
  ) {}

  /** How many replies came so far, including errors. */
  get replies(): number {
    return this.replied;
  }

  /** How many replies are pending. */
  get awaited(): number {
    return this.pending.size;
  }

  /**
   * Resolves with the reply.
   * @param recover called with the explained problem: rejects with it, which is the default, or returns another reply
   * @throws ReplyLostError when there is none by the deadline
   */
  within<Reply>(
    reply: Promise<Reply>,
    deadline: number,
    recover: (problem: unknown) => Promise<Reply> = (problem) => Promise.reject(problem),
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const pending = this.add(deadline, reject);
      reply.then(
        (value) => {
          this.replied += 1;
          this.pending.delete(pending);
          resolve(value);
        },
        (problem: unknown) => {
          this.replied += 1;
          if (!this.pending.has(pending)) return; // It was given up before.
          this.pending.delete(pending);
          resolve(recover(explain(problem, this.address)));
        },
      );
    });
  }

  private add(deadline: number, reject: (problem: unknown) => void): Pending {
    const pending = { deadline, received: this.received(), reject, index: -1 };
    this.pending.add(pending);
    this.alarm.setBy(deadline);
    return pending;
  }

  private look(): void {
    const now = performance.now();
    const late = [...this.pending].filter(({ deadline }) => deadline <= now).filter((one) => !this.postpone(one, now));
    for (const one of late) this.pending.delete(one);
    for (const { deadline } of this.pending) this.alarm.setBy(deadline);
    if (late.length > 0) this.onLate();
    for (const { reject } of late) reject(new ReplyLostError(this.address, 'it took too long'));
  }

  /** Waits longer while a reply is being received: large ones take their time. */
  private postpone(pending: Pending, now: number): boolean {
    const received = this.received();
    if (received === pending.received) return false;
    pending.received = received;
    pending.deadline = now + LIMITS.transferPause;
    return true;
  }
}
