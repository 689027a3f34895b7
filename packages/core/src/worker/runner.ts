import { LostOwnershipError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import type { Producer } from '../producer/producer.js';
import type { Router } from '../router/index.js';
import type { AbandonedRuns } from './abandoned-runs.js';
import { ChannelLimits } from './channel-limits.js';
import { endCancelled } from './end-cancelled.js';
import { ExecuteStage } from './execute.js';
import { Execution, type ExecutionParts } from './execution.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { LoadStage } from './load.js';
import { RouteStage } from './route.js';
import { RunReports } from './run-reports.js';
import { SettleStage } from './settle.js';
import { SettlementWriter } from './settlement-writer.js';
import type { TimeLimits } from './time-limits.js';
import { UnroutedPolicy } from './unrouted-policy.js';
import { UnstartedDeliveries } from './unstarted-deliveries.js';

/** What a runner uses. */
export interface RunnerParts {
  readonly router: Router;
  readonly producer: Producer;
  /** The channels that its worker consumes. */
  readonly channels: readonly string[];
  readonly limits: TimeLimits;
  readonly abandonedRuns: AbandonedRuns;
  /** How long a message may have no actor, in milliseconds. */
  readonly unroutedTimeout: number;
}

/** Takes each delivery through the stages: route -> load -> execute -> decide -> settle. Each stage calls the next one. */
export class Runner {
  /** Limits what is received of each channel; undefined if no channel is limited. */
  readonly channelLimits: ChannelLimits | undefined;
  /** Called when an actor's slot is free. */
  onSlotFree: (channel: string) => void = () => {};
  private readonly reports: RunReports;
  private readonly executions: readonly Execution[];
  private readonly first: RouteStage;

  constructor(parts: RunnerParts) {
    const { router, producer, channels, unroutedTimeout } = parts;
    const { connection } = producer;
    const reports = new RunReports(connection);
    const writer = new SettlementWriter(producer);
    const unroutedPolicy = new UnroutedPolicy(router, unroutedTimeout, connection.onEvent);
    const unstarted = new UnstartedDeliveries(connection, writer, reports, unroutedPolicy);
    this.reports = reports;
    this.executions = this.executionsOf(parts);

    const settle = new SettleStage(writer, reports);
    const execute = new ExecuteStage(unstarted, settle);
    const load = new LoadStage({ producer, writer, reports }, unstarted, execute);
    this.first = new RouteStage(router, byActor(this.executions), unstarted, load);

    this.channelLimits = ChannelLimits.of(
      this.executions.map(({ actor, slots }) => ({ channel: actor.options.channel, slots })),
      channels,
    );
  }

  /** When the last message that was returned because of an actor's concurrency limit is due again, by the monotonic clock. */
  get overflowUntil(): number {
    let until = 0;
    for (const { slots } of this.executions) if (slots) until = Math.max(until, slots.overflowUntil);
    return until;
  }

  /** Runs a delivery to its end. Never rejects: errors are reported as events, and the broker delivers the message again. */
  async run(inFlight: InFlightDelivery): Promise<void> {
    try {
      await this.first.handle(inFlight);
    } catch (error) {
      this.reportFailure(inFlight, error);
    } finally {
      inFlight.releaseActorSlot();
    }
  }

  private reportFailure(inFlight: InFlightDelivery, error: unknown): void {
    if (inFlight.isCancelled) endCancelled(inFlight, this.reports);
    else if (isA(error, LostOwnershipError)) this.reports.ownershipLost(inFlight);
    else this.reports.settlementFailed(inFlight, error);
  }

  private executionsOf({ router, producer, limits, abandonedRuns }: RunnerParts): readonly Execution[] {
    const { connection } = producer;
    const onSlotFree = (channel: string): void => this.onSlotFree(channel);
    const parts: ExecutionParts = { connection, limits, abandonedRuns, reports: this.reports, onSlotFree };
    return router.actors.map((actor) => new Execution(actor, parts));
  }
}

function byActor(executions: readonly Execution[]): ReadonlyMap<Execution['actor'], Execution> {
  return new Map(executions.map((execution) => [execution.actor, execution]));
}
