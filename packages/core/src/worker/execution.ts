import type { Actor } from '../actor/index.js';
import type { Connection } from '../connection/connection.js';
import { LostOwnershipError, TimeoutError } from '../errors/index.js';
import { compose, type Layer } from '../middleware/compose.js';
import type { ActorContext } from '../actor/actor.js';
import { Arguments } from './arguments.js';
import type { Hand } from './hand.js';
import { Lane } from './lane.js';
import type { Run } from './run.js';
import { WorkerShutdownError } from './shutdown.js';
import type { Ending } from './verdict.js';

/** How long an actor may go on after its signal before that is reported, in milliseconds. */
const PATIENCE = 1_000;

/** How a run ended, or that it is none of this worker's business any more. */
export type ExecutionEnding = Ending | { readonly type: 'lost' };

/** Runs one actor: its lane, its middlewares, its time limit. Built once per actor. */
export class Execution {
  private readonly lane: Lane;
  private readonly running = new Set<Run>();
  private readonly chain: (run: Run) => Promise<unknown>;
  private readonly args: Arguments;

  constructor(
    private readonly actor: Actor,
    private readonly connection: Connection,
    private readonly onSignalIgnored: (run: Run, reason: unknown) => void,
  ) {
    this.lane = new Lane(actor.options.concurrency);
    this.args = new Arguments(actor, connection);
    const layers = actor.options.middlewares as readonly Layer<ActorContext, unknown>[];
    this.chain = layers.length === 0 ? (run) => this.call(run) : this.throughLayers(layers);
  }

  /** Runs it until it ends or is called off, whichever comes first. */
  execute(run: Run, hand: Hand): Promise<ExecutionEnding> {
    return new Promise((resolve) => {
      this.runInLane(run, hand).then(
        (value) => resolve({ type: 'returned', value }),
        (error: unknown) => resolve({ type: 'threw', error }),
      );
      hand.cancellation.onAbort((reason) => {
        resolve(endingOfAbort(reason));
        this.connection.broker.clock.schedule(
          () => this.running.has(run) && this.onSignalIgnored(run, reason),
          PATIENCE,
        );
      });
    });
  }

  private throughLayers(layers: readonly Layer<ActorContext, unknown>[]): (run: Run) => Promise<unknown> {
    const chain = compose(layers, (context: ActorContext) => this.call(context.message as Run));
    return (run) => chain({ actor: this.actor, message: run });
  }

  private async runInLane(run: Run, hand: Hand): Promise<unknown> {
    const place = this.lane.enter();
    if (place) await place;
    const stopTimer = this.connection.broker.clock.schedule(
      () => hand.cancellation.abort(new TimeoutError(`"${this.actor.label}" ran longer than ${run.timeout} ms.`)),
      run.timeout,
    );
    try {
      hand.cancellation.throwIfAborted();
      hand.isBegun = true;
      this.running.add(run);
      return await this.chain(run);
    } finally {
      this.running.delete(run);
      stopTimer();
      this.lane.leave();
    }
  }

  private async call(run: Run): Promise<unknown> {
    const pending = this.args.for(run);
    const args = pending instanceof Promise ? await pending : pending;
    return this.actor.run(args, { actor: this.actor, message: run });
  }
}

function endingOfAbort(reason: unknown): ExecutionEnding {
  if (reason instanceof WorkerShutdownError) return { type: 'shut-down' };
  return reason instanceof LostOwnershipError ? { type: 'lost' } : { type: 'threw', error: reason };
}
