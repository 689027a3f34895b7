import type { Execution } from './execution.js';
import type { FailedRun } from './run-result.js';
import type { Run } from './run.js';
import type { SettleStage } from './settle.js';
import type { UnstartedDeliveries } from './unstarted-deliveries.js';

/** Third stage: waits for the actor's slot and runs the actor. */
export class ExecuteStage {
  constructor(
    private readonly unstarted: UnstartedDeliveries,
    private readonly next: SettleStage,
  ) {}

  /** @param failure given if the run has failed already, because its inputs cannot be read */
  handle(run: Run, execution: Execution, failure?: FailedRun): Promise<void> {
    const acquiring = execution.slots?.acquire(run.inFlight);
    if (acquiring === undefined) return this.ready(run, execution, true, failure);
    return acquiring.then((hasSlot) => this.ready(run, execution, hasSlot, failure));
  }

  private ready(run: Run, execution: Execution, hasSlot: boolean, failure?: FailedRun): Promise<void> {
    const { isAlone, canStart } = run.inFlight;
    if (!isAlone || !hasSlot || !canStart) return this.start(run, execution, hasSlot, failure);
    return run.inFlight.markStarted().then(() => this.start(run, execution, hasSlot, failure));
  }

  private start(run: Run, execution: Execution, hasSlot: boolean, failure?: FailedRun): Promise<void> {
    const { inFlight, actor } = run;
    if (!inFlight.canStart) return this.unstarted.endBeforeStart(run, inFlight);
    if (!hasSlot) {
      return this.unstarted.giveBack(inFlight, { action: 'postpone', delay: execution.slots!.delayOf(inFlight) });
    }
    if (actor.options.confirmation !== 'ack-first') return this.execute(run, execution, failure);
    return run.ackFirst().then(() => this.execute(run, execution, failure));
  }

  private execute(run: Run, execution: Execution, failure?: FailedRun): Promise<void> {
    const result = failure ?? execution.execute(run);
    if (!(result instanceof Promise)) return this.next.handle(run, result);
    return result.then((settled) => this.next.handle(run, settled));
  }
}
