import type { Actor } from '../actor/index.js';
import type { Connection } from '../connection/connection.js';
import { LostOwnershipError } from '../errors/index.js';
import { compose, type Layer } from '../middleware/compose.js';
import type { ActorContext } from '../actor/actor.js';
import { Arguments } from './arguments.js';
import type { Hand } from './hand.js';
import { Lane } from './lane.js';
import type { Run } from './run.js';
import { WorkerShutdownError } from './shutdown.js';
import type { TimeLimits } from './time-limits.js';
import type { Ending } from './verdict.js';

/** How long an actor may go on after its signal before that is reported, in milliseconds. */
const PATIENCE = 1_000;

/** How a run ended, or that it is none of this worker's business any more. */
export type ExecutionEnding = Ending | { readonly type: 'lost' };

/** Whoever waits for a run to end; the first ending counts. */
type OnEnd = (ending: ExecutionEnding) => void;

/** Runs one actor: its lane, its middlewares, its time limit. Built once per actor. */
export class Execution {
  /** True where runs are given the results that they have waited for. */
  readonly asksForResults: boolean;
  private readonly lane: Lane;
  private readonly chain: (run: Run) => unknown;
  private readonly args: Arguments;

  constructor(
    readonly actor: Actor,
    private readonly connection: Connection,
    private readonly limits: TimeLimits,
    private readonly onSignalIgnored: (run: Run, reason: unknown) => void,
  ) {
    this.asksForResults = actor.parameters.some(({ from }) => from === 'dependency-results');
    this.lane = new Lane(actor.options.concurrency);
    this.args = new Arguments(actor, connection);
    const layers = actor.options.middlewares as readonly Layer<ActorContext, unknown>[];
    this.chain = layers.length === 0 ? (run) => this.call(run) : this.throughLayers(layers);
  }

  /** Runs it until it ends or is called off, whichever comes first. */
  execute(run: Run, hand: Hand): Promise<ExecutionEnding> {
    return new Promise((resolve) => {
      hand.cancellation.onAbort((reason) => {
        resolve(endingOfAbort(reason));
        this.watch(run, hand, reason);
      });
      const place = this.lane.enter();
      if (place) void place.then(() => this.begin(run, hand, resolve));
      else this.begin(run, hand, resolve);
    });
  }

  /** Tells of one that goes on although it was called off. */
  private watch(run: Run, hand: Hand, reason: unknown): void {
    this.connection.broker.clock.schedule(() => hand.run && this.onSignalIgnored(run, reason), PATIENCE);
  }

  private begin(run: Run, hand: Hand, onEnd: OnEnd): void {
    if (hand.cancellation.isAborted) return this.lane.leave();
    hand.isBegun = true;
    this.limits.begin(hand, run);
    const end = (ending: Ending): void => {
      hand.run = undefined;
      this.lane.leave();
      onEnd(ending);
    };
    try {
      const returned = this.chain(run);
      if (isThenable(returned))
        Promise.resolve(returned).then(
          (value) => end({ type: 'returned', value }),
          (error: unknown) => end({ type: 'threw', error }),
        );
      else end({ type: 'returned', value: returned });
    } catch (error) {
      end({ type: 'threw', error });
    }
  }

  private throughLayers(layers: readonly Layer<ActorContext, unknown>[]): (run: Run) => Promise<unknown> {
    const chain = compose(layers, async (context: ActorContext) => this.call(context.message as Run));
    return (run) => chain({ actor: this.actor, message: run });
  }

  private call(run: Run): unknown {
    const pending = this.args.for(run);
    return pending instanceof Promise ? pending.then((args) => this.runWith(args, run)) : this.runWith(pending, run);
  }

  private runWith(args: unknown[], run: Run): unknown {
    return this.actor.run(args, { actor: this.actor, message: run });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

function endingOfAbort(reason: unknown): ExecutionEnding {
  if (reason instanceof WorkerShutdownError) return { type: 'shut-down' };
  return reason instanceof LostOwnershipError ? { type: 'lost' } : { type: 'threw', error: reason };
}
