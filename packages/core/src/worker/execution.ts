import { isPromise } from 'node:util/types';
import type { ActorContext, Actor } from '../actor/actor.js';
import { monotonic } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { CancelledError, LostOwnershipError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { compose, type Layer } from '../middleware/compose.js';
import { Arguments } from './arguments.js';
import type { Hand } from './hand.js';
import type { Run } from './run.js';
import { WorkerShutdownError } from './shutdown.js';
import { Slots } from './slots.js';
import type { Strays } from './strays.js';
import type { TimeLimits } from './time-limits.js';
import type { Ending } from './verdict.js';

/** How a run ended, or that it is none of this worker's business any more. */
export type ExecutionEnding = Ending | { readonly type: 'lost' } | { readonly type: 'cancelled' };

/** What the runs of a worker have in common. */
export interface ExecutionParts {
  readonly connection: Connection;
  readonly limits: TimeLimits;
  readonly strays: Strays;
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
  execute(run: Run, hand: Hand): ExecutionEnding | Promise<ExecutionEnding> {
    const ending = this.begin(run, hand);
    return ending instanceof Promise ? this.unlessCalledOff(run, hand, ending) : ending;
  }

  private unlessCalledOff(run: Run, hand: Hand, ending: Promise<ExecutionEnding>): Promise<ExecutionEnding> {
    return new Promise((resolve) => {
      hand.cancellation.onAbort((reason) => {
        if (hand.run !== run) return; // It has ended.
        this.leave(hand, run);
        resolve(endingOfAbort(reason));
        this.parts.strays.watch(
          () => hand.run === run || run.isActorRunning,
          (since) => this.parts.onSignalIgnored(run, reason, since),
        );
      });
      void ending.then(resolve);
    });
  }

  private begin(run: Run, hand: Hand): Ending | Promise<Ending> {
    hand.isBegun = true;
    this.parts.limits.begin(hand, run);
    this.slots?.begin(this.now());
    try {
      const value = this.chain(run);
      if (!isThenable(value)) return this.end(run, hand, { type: 'returned', value });
      return promiseOf(value).then(
        (settled) => this.end(run, hand, { type: 'returned', value: settled }),
        (error: unknown) => this.end(run, hand, threw(error)),
      );
    } catch (error) {
      return this.end(run, hand, threw(error));
    }
  }

  private end(run: Run, hand: Hand, ending: Ending): Ending {
    run.close();
    this.leave(hand, run);
    hand.run = undefined;
    return ending;
  }

  /** Where it was called off, that has been done before. */
  private leave(hand: Hand, run: Run): void {
    if (this.slots === undefined || !hand.isInPlace) return;
    this.slots.end(this.now() - (hand.lateAt - run.timeout));
    hand.leaveLane();
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

/** A promise that is thrown in place of an error is told as what it is. */
function threw(error: unknown): Ending {
  ignoreRejection(error);
  return { type: 'threw', error };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

/** A promise that settles once, whatever the `then` of the value does. */
function promiseOf(value: PromiseLike<unknown>): Promise<unknown> {
  const isPlain = isPromise(value) && value.then === Promise.prototype.then && value.constructor === Promise;
  return isPlain ? value : new Promise((resolve) => resolve(value));
}

function endingOfAbort(reason: unknown): ExecutionEnding {
  if (isA(reason, WorkerShutdownError)) return { type: 'shut-down' };
  if (isA(reason, LostOwnershipError)) return { type: 'lost' };
  return isA(reason, CancelledError) ? { type: 'cancelled' } : { type: 'threw', error: reason };
}
