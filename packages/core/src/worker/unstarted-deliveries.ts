import type { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import { LostOwnershipError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import type { SettlingDisposition } from './disposition.js';
import { endCancelled } from './end-cancelled.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { ReportedRun, RunReports } from './run-reports.js';
import type { SettlementEffects, SettlementWriter } from './settlement-writer.js';
import type { UnroutedPolicy } from './unrouted-policy.js';

/** Settles deliveries whose actor was not started. */
export class UnstartedDeliveries {
  constructor(
    private readonly connection: Connection,
    private readonly writer: SettlementWriter,
    private readonly reports: RunReports,
    private readonly unrouted: UnroutedPolicy,
  ) {}

  /** Returns a message without an actor to its channel, for another worker. Dead-letters it after the unrouted timeout. */
  async passOn(inFlight: InFlightDelivery): Promise<void> {
    const decided = this.unrouted.decide(inFlight.delivery.message, inFlight.parameters, this.connection.now());
    if (typeof decided !== 'number') return this.deadLetter(inFlight, decided);
    if (this.canDelay) return this.settle(inFlight, { action: 'pass-on', delay: decided });
    inFlight.isAlone = false; // It does not run.
    inFlight.freeWorkerSlot();
    await this.sleep(inFlight, decided);
    await this.settle(inFlight, { action: 'pass-on', delay: 0 });
  }

  /** Returns a message whose inputs cannot be read for now. */
  async postpone(run: ReportedRun, inFlight: InFlightDelivery, error: unknown): Promise<void> {
    this.reports.disposition(run, { action: 'reject', error });
    await this.settle(inFlight, { action: 'postpone', delay: this.canDelay ? DEFAULTS.outageDelay : 0 });
  }

  /** Returns a message that cannot start here now, as if it was never received. */
  giveBack(inFlight: InFlightDelivery, disposition: SettlingDisposition): Promise<void> {
    inFlight.isReturned = true;
    return this.settle(inFlight, disposition);
  }

  /** Ends a delivery that was aborted, or whose channel was paused, before its actor started. */
  async endBeforeStart(run: ReportedRun, inFlight: InFlightDelivery): Promise<void> {
    if (inFlight.isCancelled) return endCancelled(inFlight, this.reports);
    if (isA(inFlight.cancellation.reason, LostOwnershipError)) return;
    if (inFlight.cancellation.isAborted) this.reports.disposition(run, { action: 'reject' });
    await this.giveBack(inFlight, { action: 'reject' });
  }

  /** Moves a message to the dead letters that no actor may run. */
  async deadLetter(inFlight: InFlightDelivery, error: unknown): Promise<void> {
    this.reports.deadLetteredUnrun(inFlight, error);
    const result = { error };
    await this.writer.settle(inFlight, { action: 'nack', result, wasNotRun: true }, { ...this.noEffects(), result });
  }

  private async settle(inFlight: InFlightDelivery, disposition: SettlingDisposition): Promise<void> {
    inFlight.releaseActorSlot();
    inFlight.freeWorkerSlot();
    await this.writer.settle(inFlight, disposition, this.noEffects());
  }

  /** Resolves after the delay, or when the delivery is aborted. */
  private sleep(inFlight: InFlightDelivery, delay: number): Promise<void> {
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

  private noEffects(): SettlementEffects {
    return { followers: [], startedAt: this.connection.now() };
  }
}
