import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import type { MessageParameters } from '../message/index.js';
import type { Closing } from './disposition.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Run } from './run.js';
import { aboutMessage, type RunReports } from './run-reports.js';
import type { SettlementEffects, SettlementWriter } from './settlement-writer.js';
import type { UnroutedPolicy } from './unrouted-policy.js';

/** Gives back, or up, what no actor is run on. */
export class UnstartedDeliveries {
  constructor(
    private readonly connection: Connection,
    private readonly writer: SettlementWriter,
    private readonly reports: RunReports,
    private readonly unrouted: UnroutedPolicy,
  ) {}

  /** No actor takes it: another worker may have one, unless that has been so for too long. */
  async passOn(inFlight: InFlightDelivery, parameters: MessageParameters): Promise<void> {
    const judged = this.unrouted.judge(inFlight.delivery.message, parameters, this.connection.now());
    if (typeof judged !== 'number') return this.refuse(inFlight, parameters, judged);
    if (this.canDelay) return this.close(inFlight, parameters, { action: 'unrouted', delay: judged });
    inFlight.free();
    await this.rest(inFlight, judged);
    await this.close(inFlight, parameters, { action: 'unrouted', delay: 0 });
  }

  /** Its inputs lie out of reach. */
  async postpone(run: Run, inFlight: InFlightDelivery, parameters: MessageParameters, error: unknown): Promise<void> {
    this.reports.verdict(run, { action: 'reject', error });
    await this.close(inFlight, parameters, { action: 'postponed', delay: this.canDelay ? DEFAULTS.outageDelay : 0 });
  }

  /** It cannot be run here now: it counts as if it had never been taken. */
  giveBack(inFlight: InFlightDelivery, parameters: MessageParameters, closing: Closing): Promise<void> {
    inFlight.isReturned = true;
    return this.close(inFlight, parameters, closing);
  }

  /** No actor may be run on it: it goes to the dead letters. */
  async refuse(inFlight: InFlightDelivery, parameters: MessageParameters, error: unknown): Promise<void> {
    this.reports.refusedMessage(aboutMessage(inFlight), error);
    const closing: Closing = { action: 'nacked', result: { error }, wasNotRun: true };
    await this.writer.settle(inFlight, parameters, closing, { ...this.nothing(), result: { error } });
  }

  private async close(inFlight: InFlightDelivery, parameters: MessageParameters, closing: Closing): Promise<void> {
    inFlight.releaseSlot();
    inFlight.free();
    await this.writer.settle(inFlight, parameters, closing, this.nothing());
  }

  /** For as long, or until it is called off. */
  private rest(inFlight: InFlightDelivery, delay: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.connection.broker.clock.schedule(resolve, delay);
      inFlight.cancellation.onAbort(() => {
        cancelTimer();
        resolve();
      });
    });
  }

  private get canDelay(): boolean {
    return this.connection.broker.capabilities.delay;
  }

  private nothing(): SettlementEffects {
    return { followers: [], startedAt: this.connection.now() };
  }
}
