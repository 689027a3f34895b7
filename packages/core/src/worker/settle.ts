import { errorText } from '../errors/index.js';
import { decide, type Circumstances } from './decide.js';
import { failureOf, isDone } from './disposition.js';
import { endCancelled } from './end-cancelled.js';
import { actorResultOf, threw, type ExecutionResult, type RunResult } from './run-result.js';
import type { RunReports } from './run-reports.js';
import type { Run } from './run.js';
import type { SettlementWriter } from './settlement-writer.js';

/** Last stage: settles the delivery as `decide` says, then sends the remaining messages and calls the callbacks. */
export class SettleStage {
  constructor(
    private readonly writer: SettlementWriter,
    private readonly reports: RunReports,
  ) {}

  handle(run: Run, result: ExecutionResult): Promise<void> {
    run.end();
    if (result.type === 'cancelled') endCancelled(run.inFlight, this.reports);
    if (result.type === 'cancelled' || result.type === 'lost') return Promise.resolve();
    if (result.type === 'threw') this.reports.failed(run, result.error);
    return run.isActedOn ? this.finishSettled(run, result) : this.settle(run, result);
  }

  private async settle(run: Run, result: RunResult): Promise<void> {
    const { inFlight } = run;
    const disposition = decide(result, circumstancesOf(run));
    inFlight.isLeftUnsettled = disposition.action === 'leave';
    if (disposition.action === 'leave' || failureOf(disposition)) run.dropEffects();
    this.reports.disposition(run, disposition);
    if (!run.hasCallbacks) inFlight.freeWorkerSlot();
    try {
      if (disposition.action !== 'leave') await run.settle(disposition);
    } catch (error) {
      if (run.isActedOn) throw error;
      return this.settleFailed(run, result, error);
    }
    if (disposition.action !== 'leave' && isDone(disposition)) this.reports.succeeded(run);
    if (run.hasFollowUps) await this.followUp(run);
  }

  /** The settlement was refused before anything was committed, such as a result that cannot be written: the run has failed. */
  private async settleFailed(run: Run, result: RunResult, problem: unknown): Promise<void> {
    if (result.type === 'returned') {
      this.reports.failed(run, problem);
      return this.settle(run, threw(problem));
    }
    const error = result.type === 'threw' ? bothErrors(result.error, problem) : problem;
    const disposition = { action: 'nack', result: { error } } as const;
    this.reports.disposition(run, disposition);
    await run.settle(disposition);
  }

  /** The actor has settled its message itself, or the message was acknowledged first. */
  private async finishSettled(run: Run, result: RunResult): Promise<void> {
    await run.finishSettling();
    if (!run.isActedOn) return this.settle(run, result); // Its settlement was refused.
    const actorResult = actorResultOf(result);
    if (result.type === 'returned' && (SUCCEEDED.has(run.action) || run.action === 'rescheduled'))
      this.reports.succeeded(run);
    if ('error' in actorResult) run.dropEffects();
    if (result.type === 'threw') this.reportLateFailure(run, result.error);
    try {
      if (run.actor.options.confirmation === 'ack-first') await run.storeResult(actorResult);
      if ('error' in actorResult && run.action === 'acked')
        await this.writer.replyError(run.inFlight, actorResult.error);
    } catch (error) {
      this.reports.callbackFailed(run, error);
    }
    await this.followUp(run);
  }

  /** The actor has failed after it had settled its message. */
  private reportLateFailure(run: Run, error: unknown): void {
    if (SUCCEEDED.has(run.action)) this.reports.failureAcknowledged(run, error);
    else this.reports.callbackFailed(run, error);
  }

  /** Sends the remaining messages and calls the callbacks, then frees the worker's slot. */
  private async followUp(run: Run): Promise<void> {
    try {
      if (run.hasFollowUps) await run.followUp();
    } catch (error) {
      this.reports.callbackFailed(run, error);
    }
    run.inFlight.freeWorkerSlot();
  }
}

/** The actions of an actor that mean that it has succeeded. */
const SUCCEEDED: ReadonlySet<Run['action']> = new Set(['acked', 'replied']);

function circumstancesOf({ actor, inFlight }: Run): Circumstances {
  const { confirmation, onError, retryPolicy } = actor.options;
  return { actor: actor.label, confirmation, onError, retryPolicy, retries: inFlight.parameters.retries };
}

/** The error of the actor, and the error of the settlement that it led to. */
function bothErrors(failure: unknown, problem: unknown): unknown {
  if (failure === problem) return failure;
  return new AggregateError(
    [failure, problem],
    `The actor failed: ${errorText(failure)} Then its message could not be settled as its failure requires: ${errorText(problem)}`,
  );
}
