import { Worker, type Producer, type Router, type WorkerOptions, type WorkerState } from '@repid/core';
import { type Attempt, Autorun } from './autorun.js';
import { WorkerNotReadyError } from './worker-not-ready-error.js';

/** What a worker is doing; with `autorun`, `starting` until it takes messages, however often that has to be tried. */
export type RepidWorkerState = WorkerState | 'starting';

/** The worker of a connection: runs the actors of this application. */
export class RepidWorker {
  private worker: Worker | undefined;
  private autorun: Autorun | undefined;

  constructor(
    private readonly producer: Producer,
    private readonly defaults: WorkerOptions,
  ) {}

  get state(): RepidWorkerState {
    const state = this.worker?.state ?? 'idle';
    const isWaiting = state === 'idle' || (state === 'running' && !this.worker?.isStarted);
    return this.autorun?.isActive && isWaiting ? 'starting' : state;
  }

  /** Why the worker does not run although it has `autorun`: the error of the last try to start it. Undefined while it runs. */
  get problem(): unknown {
    return this.worker?.isStarted ? undefined : this.autorun?.problem;
  }

  /** Messages in hand. */
  get inFlight(): number {
    return this.worker?.inFlight ?? 0;
  }

  /**
   * Works until a limit is reached, a signal comes, `stop()` is called or the application closes. It may be run again
   * after that. While it runs, it keeps the process alive.
   *
   * @param options over those of the module
   * @throws WorkerNotReadyError before the application has started; InvalidOptionError for bad options, no actors, or a
   *   worker that is running already
   */
  async run(options: WorkerOptions = {}): Promise<{ processed: number }> {
    if (this.worker === undefined) throw new WorkerNotReadyError();
    return this.worker.run(options);
  }

  /** Takes no more messages, lets running actors end, then gives back what is left. Resolves when nothing is in hand. */
  async stop(): Promise<void> {
    this.autorun?.stop();
    await this.worker?.stop();
  }

  /** Takes no more messages until `resume()`; what is in hand goes on. */
  async pause(): Promise<void> {
    await this.worker?.pause();
  }

  async resume(): Promise<void> {
    await this.worker?.resume();
  }

  /** Called by the connection once the application has started: from now on it may run these actors. */
  open(router: Router): void {
    this.worker = new Worker(this.producer, router, this.defaults);
  }

  /** Runs until it has ended as it should, or is stopped; whatever else ends it, it is run again. */
  keepRunning(options: WorkerOptions, onFailure: Attempt['onFailure']): void {
    this.autorun = new Autorun({ run: () => this.run(options), onFailure });
    void this.autorun.start();
  }
}
