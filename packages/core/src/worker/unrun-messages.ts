import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import type { MessageParameters } from '../message/index.js';
import type { Closing } from './closing.js';
import type { Hand } from './hand.js';
import type { Run } from './run.js';
import { aboutMessage, type RunReports } from './run-reports.js';
import type { Luggage, Settler } from './settler.js';
import type { Unrouted } from './unrouted.js';

/** Gives back, or up, what no actor is run on. */
export class UnrunMessages {
  constructor(
    private readonly connection: Connection,
    private readonly settler: Settler,
    private readonly reports: RunReports,
    private readonly unrouted: Unrouted,
  ) {}

  /** No actor takes it: another worker may have one, unless that has been so for too long. */
  async closeUnrouted(hand: Hand, parameters: MessageParameters): Promise<void> {
    const judged = this.unrouted.judge(hand.delivery.message, parameters, this.connection.now());
    if (typeof judged !== 'number') return this.refuse(hand, parameters, judged);
    if (this.canDelay) return this.close(hand, parameters, { action: 'unrouted', delay: judged });
    hand.free();
    await this.rest(hand, judged);
    await this.close(hand, parameters, { action: 'unrouted', delay: 0 });
  }

  /** Its inputs lie out of reach. */
  async postpone(run: Run, hand: Hand, parameters: MessageParameters, error: unknown): Promise<void> {
    this.reports.verdict(run, { action: 'reject', error });
    await this.close(hand, parameters, { action: 'postponed', delay: this.canDelay ? DEFAULTS.outageDelay : 0 });
  }

  /** It cannot be run here now: it counts as if it had never been taken. */
  giveBack(hand: Hand, parameters: MessageParameters, closing: Closing): Promise<void> {
    hand.isReturned = true;
    return this.close(hand, parameters, closing);
  }

  /** No actor may be run on it: it goes to the dead letters. */
  async refuse(hand: Hand, parameters: MessageParameters, error: unknown): Promise<void> {
    this.reports.refusedMessage(aboutMessage(hand), error);
    const closing: Closing = { action: 'nacked', result: { error }, wasNotRun: true };
    await this.settler.settle(hand, parameters, closing, { ...this.nothing(), result: { error } });
  }

  private async close(hand: Hand, parameters: MessageParameters, closing: Closing): Promise<void> {
    hand.leaveLane();
    hand.free();
    await this.settler.settle(hand, parameters, closing, this.nothing());
  }

  /** For as long, or until it is called off. */
  private rest(hand: Hand, delay: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.connection.broker.clock.schedule(resolve, delay);
      hand.cancellation.onAbort(() => {
        cancelTimer();
        resolve();
      });
    });
  }

  private get canDelay(): boolean {
    return this.connection.broker.capabilities.delay;
  }

  private nothing(): Luggage {
    return { followers: [], startedAt: this.connection.now() };
  }
}
