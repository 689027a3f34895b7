import type { Actor } from '../actor/index.js';
import { MessageExpiredError, TooManyDeliveriesError } from '../errors/index.js';
import { readParameters, type MessageParameters } from '../message/index.js';
import type { Router } from '../router/index.js';
import type { Execution } from './execution.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { LoadStage } from './load.js';
import type { UnstartedDeliveries } from './unstarted-deliveries.js';

/** First stage: reads the headers and finds the actor. */
export class RouteStage {
  constructor(
    private readonly router: Router,
    private readonly executions: ReadonlyMap<Actor, Execution>,
    private readonly unstarted: UnstartedDeliveries,
    private readonly next: LoadStage,
  ) {}

  handle(inFlight: InFlightDelivery): Promise<void> {
    let execution: Execution | undefined;
    try {
      execution = this.executionFor(inFlight);
    } catch (error) {
      return this.unstarted.deadLetter(inFlight, error);
    }
    return execution ? this.next.handle(inFlight, execution) : this.unstarted.passOn(inFlight);
  }

  /** Returns undefined if this worker has no actor for it. Throws if no actor may run it. */
  private executionFor(inFlight: InFlightDelivery): Execution | undefined {
    const { delivery, receivedAt } = inFlight;
    const { message } = delivery;
    inFlight.parameters = readParameters(message.headers);
    if (delivery.isExhausted) throw new TooManyDeliveriesError(delivery.deliveryCount - 1);
    checkAge(inFlight.parameters, receivedAt);
    const actor = this.router.route(message);
    return actor && this.executions.get(actor);
  }
}

/** The age of a deferred message counts from when it was due. */
function checkAge({ ttl, timestamp, dueAt, schedule }: MessageParameters, now: number): void {
  if (ttl === null || timestamp === undefined) return;
  const age = now - Math.max(timestamp, schedule?.dueAt ?? dueAt ?? 0);
  if (age > ttl) throw new MessageExpiredError(ttl, age);
}
