import { isOutage } from '../errors/is-outage.js';
import type { ExecuteStage } from './execute.js';
import type { Execution } from './execution.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { loadInputs, NO_INPUTS, type Inputs } from './inputs.js';
import { threw } from './run-result.js';
import { Run } from './run.js';
import type { RunServices } from './run-settlement.js';
import type { UnstartedDeliveries } from './unstarted-deliveries.js';

/** Second stage: reserves a slot of the actor and loads the inputs of its run. */
export class LoadStage {
  constructor(
    private readonly services: RunServices,
    private readonly unstarted: UnstartedDeliveries,
    private readonly next: ExecuteStage,
  ) {}

  handle(inFlight: InFlightDelivery, execution: Execution): Promise<void> {
    const delay = execution.slots?.admit(inFlight);
    if (delay !== undefined) return this.unstarted.giveBack(inFlight, { action: 'postpone', delay });
    let inputs: Inputs | Promise<Inputs>;
    try {
      inputs = loadInputs(inFlight, execution.needsResults, this.services.producer.connection);
    } catch (error) {
      return this.failed(inFlight, execution, error);
    }
    if (!(inputs instanceof Promise)) return this.loaded(inFlight, execution, inputs);
    return inputs.then(
      (loaded) => this.loaded(inFlight, execution, loaded),
      (error: unknown) => this.failed(inFlight, execution, error),
    );
  }

  private loaded(inFlight: InFlightDelivery, execution: Execution, inputs: Inputs): Promise<void> {
    return this.next.handle(new Run(execution.actor, inFlight, inputs, this.services), execution);
  }

  /** An outage is no failure of the run: the message is returned. Any other error is handled like an error of the actor. */
  private failed(inFlight: InFlightDelivery, execution: Execution, error: unknown): Promise<void> {
    const run = new Run(execution.actor, inFlight, NO_INPUTS, this.services);
    if (isOutage(error)) return this.unstarted.postpone(run, inFlight, error);
    return this.next.handle(run, execution, threw(error));
  }
}
