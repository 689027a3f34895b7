import { Worker, type Producer, type Router, type WorkerOptions, type WorkerState } from '@repid/core';
import { Autorun, type AutorunTask } from './autorun.js';
import { WorkerNotReadyError } from './worker-not-ready-error.js';

/** The state of a worker. With `autorun`, it is `starting` until the worker takes messages, restarts included. */
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

  /** With `autorun`, the error of the last failed run. Undefined while the worker runs. */
  get problem(): unknown {
    return this.worker?.isStarted ? undefined : this.autorun?.problem;
  }

  /** Number of messages in flight. */
  get inFlight(): number {
    return this.worker?.inFlight ?? 0;
  }

  /**
   * Runs until a limit is reached, a signal arrives, `stop()` is called or the application closes. It can be run again
   * afterwards. A running worker keeps the process alive.
   *
   * @param options override those of the module
   * @throws WorkerNotReadyError before the application has started; InvalidOptionError for invalid options, no actors, or
   *   a worker that is already running
   */
  async run(options: WorkerOptions = {}): Promise<{ processed: number }> {
    if (this.worker === undefined) throw new WorkerNotReadyError();
    return this.worker.run(options);
  }

  /**
   * Takes no more messages, waits for running actors up to `gracefulShutdownTime`, then returns the remaining messages to
   * their channels. Resolves when no message is in flight.
   */
  async stop(): Promise<void> {
    this.autorun?.stop();
    await this.worker?.stop();
  }

  /** Takes no more messages until `resume()`. Messages in flight continue. */
  async pause(): Promise<void> {
    await this.worker?.pause();
  }

  async resume(): Promise<void> {
    await this.worker?.resume();
  }

  /** Called by the connection once the application has started. `run()` needs it. */
  setRouter(router: Router): void {
    this.worker = new Worker(this.producer, router, this.defaults);
  }

  /** Runs the worker and restarts it on failure, until it ends normally or is stopped. See `Autorun`. */
  keepRunning(options: WorkerOptions, onFailure: AutorunTask['onFailure']): void {
    this.autorun = new Autorun({ run: () => this.run(options), onFailure });
    void this.autorun.start();
  }
}
