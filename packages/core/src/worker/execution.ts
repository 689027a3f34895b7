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

  /** Runs it until it ends or is called off, whichever comes first. No promise where it ends at once. */
  execute(run: Run, hand: Hand): ExecutionEnding | Promise<ExecutionEnding> {
    const place = this.lane.enter();
    const ending = place ? place.then(() => this.begin(run, hand)) : this.begin(run, hand);
    return ending instanceof Promise ? this.unlessCalledOff(run, hand, ending) : ending;
  }

  private unlessCalledOff(run: Run, hand: Hand, ending: Promise<ExecutionEnding>): Promise<ExecutionEnding> {
    return new Promise((resolve) => {
      hand.cancellation.onAbort((reason) => {
        resolve(endingOfAbort(reason));
        this.watch(run, hand, reason);
      });
      void ending.then(resolve);
    });
  }

  /** Tells of one that goes on although it was called off. */
  private watch(run: Run, hand: Hand, reason: unknown): void {
    this.connection.broker.clock.schedule(() => hand.run && this.onSignalIgnored(run, reason), PATIENCE);
  }

  /** Never rejects. */
  private begin(run: Run, hand: Hand): ExecutionEnding | Promise<Ending> {
    const { cancellation } = hand;
    if (cancellation.isAborted) {
      this.lane.leave();
      return endingOfAbort(cancellation.reason);
    }
    hand.isBegun = true;
    this.limits.begin(hand, run);
    try {
      const value = this.chain(run);
      if (!isThenable(value)) return this.end(hand, { type: 'returned', value });
      return Promise.resolve(value).then(
        (settled) => this.end(hand, { type: 'returned', value: settled }),
        (error: unknown) => this.end(hand, { type: 'threw', error }),
      );
    } catch (error) {
      return this.end(hand, { type: 'threw', error });
    }
  }

  private end(hand: Hand, ending: Ending): Ending {
    hand.run = undefined;
    this.lane.leave();
    return ending;
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
