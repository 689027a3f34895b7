import { isPromise } from 'node:util/types';
import type { ActorContext, Actor } from '../actor/actor.js';
import { monotonic } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
import { CancelledError, LostOwnershipError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { compose, type Layer } from '../middleware/compose.js';
import { Arguments } from './arguments.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { Run } from './run.js';
import { WorkerShutdownError } from './shutdown.js';
import { Slots } from './slots.js';
import type { AbandonedRuns } from './abandoned-runs.js';
import type { TimeLimits } from './time-limits.js';
import type { RunResult } from './decide.js';

/** How a run ended, or that it is none of this worker's business any more. */
export type ExecutionResult = RunResult | { readonly type: 'lost' } | { readonly type: 'cancelled' };

/** What the runs of a worker have in common. */
export interface ExecutionParts {
  readonly connection: Connection;
  readonly limits: TimeLimits;
  readonly abandonedRuns: AbandonedRuns;
  /** Told of a run that goes on although it was called off, so many milliseconds ago. */
  readonly onSignalIgnored: (run: Run, reason: unknown, since: number) => void;
  /** Told when a place of an actor has become free. */
  readonly onSlotFree: (channel: string) => void;
}

/** Runs one actor: its middlewares, its time limit, its places. Built once per actor. */
export class Execution {
  /** True where runs are given the results that they have waited for. */
  readonly asksForResults: boolean;
  /** Undefined where only the worker limits it. */
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
    this.asksForResults = actor.parameters.some(({ from }) => from === 'dependency-results');
    if (Number.isFinite(concurrency))
      this.slots = new Slots(actor, broker.clock, broker.capabilities.delay, () => onSlotFree(channel));
    this.args = new Arguments(actor, connection);
    const layers = actor.options.middlewares as readonly Layer<ActorContext, unknown>[];
    this.chain = layers.length === 0 ? (run) => this.call(run) : this.throughLayers(layers);
  }

  /**
   * Runs it until it ends or is called off, whichever comes first; then its place is free. No promise where it ends at once.
   * Never throws or rejects.
   */
  execute(run: Run, inFlight: InFlightDelivery): ExecutionResult | Promise<ExecutionResult> {
    const runResult = this.begin(run, inFlight);
    return runResult instanceof Promise ? this.unlessCalledOff(run, inFlight, runResult) : runResult;
  }

  private unlessCalledOff(
    run: Run,
    inFlight: InFlightDelivery,
    runResult: Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    return new Promise((resolve) => {
      inFlight.cancellation.onAbort((reason) => {
        if (inFlight.run !== run) return; // It has ended.
        this.leave(inFlight, run);
        resolve(endingOfAbort(reason));
        this.parts.abandonedRuns.watch(
          () => inFlight.run === run || run.isActorRunning,
          (since) => this.parts.onSignalIgnored(run, reason, since),
        );
      });
      void runResult.then(resolve);
    });
  }

  private begin(run: Run, inFlight: InFlightDelivery): RunResult | Promise<RunResult> {
    inFlight.isStarted = true;
    this.parts.limits.begin(inFlight, run);
    this.slots?.begin(this.now());
    try {
      const value = this.chain(run);
      if (!isThenable(value)) return this.end(run, inFlight, { type: 'returned', value });
      return promiseOf(value).then(
        (settled) => this.end(run, inFlight, { type: 'returned', value: settled }),
        (error: unknown) => this.end(run, inFlight, { type: 'threw', error }),
      );
    } catch (error) {
      return this.end(run, inFlight, { type: 'threw', error });
    }
  }

  private end(run: Run, inFlight: InFlightDelivery, runResult: RunResult): RunResult {
    run.close();
    this.leave(inFlight, run);
    inFlight.run = undefined;
    return runResult;
  }

  /** Where it was called off, that has been done before. */
  private leave(inFlight: InFlightDelivery, run: Run): void {
    if (this.slots === undefined || !inFlight.hasSlot) return;
    this.slots.end(this.now() - (inFlight.deadline - run.timeout));
    inFlight.releaseSlot();
  }

  private throughLayers(layers: readonly Layer<ActorContext, unknown>[]): (run: Run) => Promise<unknown> {
    const chain = compose(layers, (context: ActorContext) => this.callUnlessCalledOff(context.message as Run));
    return (run) => chain({ actor: this.actor, message: run });
  }

  /** So that the layers see a run fail that is called off, though its actor goes on. */
  private callUnlessCalledOff(run: Run): Promise<unknown> {
    return run.orCalledOff(async () => this.call(run));
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

/** A promise that settles once, whatever the `then` of the value does. */
function promiseOf(value: PromiseLike<unknown>): Promise<unknown> {
  const isPlain = isPromise(value) && value.then === Promise.prototype.then && value.constructor === Promise;
  return isPlain ? value : new Promise((resolve) => resolve(value));
}

function endingOfAbort(reason: unknown): ExecutionResult {
  if (isA(reason, WorkerShutdownError)) return { type: 'shut-down' };
  if (isA(reason, LostOwnershipError)) return { type: 'lost' };
  return isA(reason, CancelledError) ? { type: 'cancelled' } : { type: 'threw', error: reason };
}
