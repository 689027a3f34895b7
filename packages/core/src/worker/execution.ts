import { isPromise } from 'node:util/types';
import type { ActorContext, Actor } from '../actor/actor.js';
import { monotonic } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
import { CancelledError, LostOwnershipError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { compose, type Layer } from '../middleware/compose.js';
import type { AbandonedRuns } from './abandoned-runs.js';
import { Arguments } from './arguments.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { threw, type ExecutionResult, type RunResult } from './run-result.js';
import type { Run } from './run.js';
import type { RunReports } from './run-reports.js';
import { WorkerShutdownError } from './shutdown.js';
import { Slots } from './slots.js';
import type { TimeLimits } from './time-limits.js';

/** What the executions of a worker share. */
export interface ExecutionParts {
  readonly connection: Connection;
  readonly limits: TimeLimits;
  readonly abandonedRuns: AbandonedRuns;
  readonly reports: RunReports;
  /** Called when an actor's slot is free. */
  readonly onSlotFree: (channel: string) => void;
}

/** Runs one actor: its middlewares, its timeout, its slots. Created once per actor. */
export class Execution {
  /** True if the actor takes the results of the jobs that its own job has waited for. */
  readonly needsResults: boolean;
  /** Undefined if the actor has no concurrency limit. */
  readonly slots: Slots | undefined;
  private readonly chain: (run: Run) => unknown;
  private readonly args: Arguments;

  constructor(
    readonly actor: Actor,
    private readonly parts: ExecutionParts,
  ) {
    const { connection, onSlotFree } = parts;
    const { broker } = connection;
    const { concurrency, channel } = actor.options;
    this.needsResults = actor.parameters.some(({ from }) => from === 'dependency-results');
    if (Number.isFinite(concurrency))
      this.slots = new Slots(actor, broker.clock, broker.capabilities.delay, () => onSlotFree(channel));
    this.args = new Arguments(actor, connection);
    const layers = actor.options.middlewares as readonly Layer<ActorContext, unknown>[];
    this.chain = layers.length === 0 ? (run) => this.call(run) : this.throughLayers(layers);
  }

  /**
   * Runs the actor until it ends or is aborted, then frees its slot. Returns no promise if the actor ends synchronously.
   * Never throws or rejects.
   */
  execute(run: Run): ExecutionResult | Promise<ExecutionResult> {
    const result = this.start(run);
    return result instanceof Promise ? this.unlessAborted(run, result) : result;
  }

  private unlessAborted(run: Run, result: Promise<ExecutionResult>): Promise<ExecutionResult> {
    const { inFlight } = run;
    return new Promise((resolve) => {
      inFlight.cancellation.onAbort((reason) => {
        if (inFlight.run !== run) return; // It has ended.
        this.freeSlot(run);
        resolve(resultOfAbort(reason));
        this.parts.abandonedRuns.watch(
          () => inFlight.run === run || run.isActorRunning,
          (since) => this.parts.reports.signalIgnored(run, reason, since),
        );
      });
      void result.then(resolve);
    });
  }

  private start(run: Run): RunResult | Promise<RunResult> {
    const { inFlight } = run;
    inFlight.isStarted = true;
    this.parts.limits.start(inFlight, run);
    this.slots?.started(this.now());
    this.parts.reports.started(run);
    try {
      const value = this.chain(run);
      if (!isThenable(value)) return this.end(run, inFlight, { type: 'returned', value });
      return promiseOf(value).then(
        (settled) => this.end(run, inFlight, { type: 'returned', value: settled }),
        (error: unknown) => this.end(run, inFlight, threw(error)),
      );
    } catch (error) {
      return this.end(run, inFlight, threw(error));
    }
  }

  private end(run: Run, inFlight: InFlightDelivery, result: RunResult): RunResult {
    run.end();
    this.parts.reports.ended(run);
    this.freeSlot(run);
    inFlight.run = undefined;
    return result;
  }

  /** Does nothing if the run was aborted, which has freed the slot before. */
  private freeSlot({ inFlight, timeout }: Run): void {
    if (this.slots === undefined || !inFlight.hasActorSlot) return;
    this.slots.ended(this.now() - (inFlight.deadline - timeout));
    inFlight.releaseActorSlot();
  }

  private throughLayers(layers: readonly Layer<ActorContext, unknown>[]): (run: Run) => Promise<unknown> {
    const chain = compose(layers, (context: ActorContext) => this.callUnlessAborted(context.message as Run));
    return (run) => chain({ actor: this.actor, message: run });
  }

  /** The middlewares see an aborted run fail, even if its actor continues. */
  private callUnlessAborted(run: Run): Promise<unknown> {
    return run.unlessAborted(async () => this.call(run));
  }

  private call(run: Run): unknown {
    const pending = this.args.for(run);
    return pending instanceof Promise ? pending.then((args) => this.runWith(args, run)) : this.runWith(pending, run);
  }

  private runWith(args: unknown[], run: Run): unknown {
    return this.actor.run(args, { actor: this.actor, message: run });
  }

  private now(): number {
    return monotonic(this.parts.connection.broker.clock);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

/** Returns a promise that settles once, whatever the `then` of the value does. */
function promiseOf(value: PromiseLike<unknown>): Promise<unknown> {
  const isPlain = isPromise(value) && value.then === Promise.prototype.then && value.constructor === Promise;
  return isPlain ? value : new Promise((resolve) => resolve(value));
}

function resultOfAbort(reason: unknown): ExecutionResult {
  if (isA(reason, WorkerShutdownError)) return { type: 'shut-down' };
  if (isA(reason, LostOwnershipError)) return { type: 'lost' };
  return isA(reason, CancelledError) ? { type: 'cancelled' } : threw(reason);
}
