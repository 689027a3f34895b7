import { keepAlive } from '../clock/keep-alive.js';
import type { Connection } from '../connection/connection.js';
import { InvalidOptionError } from '../errors/index.js';
import type { Producer } from '../producer/producer.js';
import type { Router } from '../router/index.js';
import { AbandonedRuns } from './abandoned-runs.js';
import { InFlightDeliveries } from './in-flight-deliveries.js';
import { onSignals } from './process-signals.js';
import { Runner } from './runner.js';
import { TimeLimits } from './time-limits.js';
import { WorkerLoop } from './worker-loop.js';
import { resolveWorkerOptions, type WorkerOptions } from './worker-options.js';

/** The state of a worker. */
export type WorkerState = 'idle' | 'running' | 'paused' | 'stopping';

/** Receives messages and runs actors on them. */
export class Worker {
  private loop: WorkerLoop | undefined;
  private work: Promise<{ processed: number }> | undefined;
  private current: WorkerState = 'idle';
  private readonly connection: Connection;

  /** @throws InvalidOptionError */
  constructor(
    private readonly producer: Producer,
    private readonly router: Router,
    private readonly defaults: WorkerOptions = {},
  ) {
    this.connection = producer.connection;
    resolveWorkerOptions(defaults);
  }

  get state(): WorkerState {
    return this.current;
  }

  /** True once it consumes its channels. Before that it connects. */
  get isStarted(): boolean {
    return this.loop?.isStarted ?? false;
  }

  /** How many deliveries are in flight. */
  get inFlight(): number {
    return this.loop?.inFlight ?? 0;
  }

  /**
   * Works until a limit is reached, a process signal arrives or `stop()` is called. It can be run again after that.
   *
   * @throws InvalidOptionError for invalid options, no actors, or a worker that is running already
   */
  run(options: WorkerOptions = {}): Promise<{ processed: number }> {
    if (this.work)
      return Promise.reject(
        new InvalidOptionError('The worker is running already. Await its run(), or stop() it first.'),
      );
    this.work = this.runLoop(options).finally(() => {
      this.work = undefined;
      this.loop = undefined;
      this.current = 'idle';
    });
    return this.work;
  }

  /** Receives no more messages, lets running actors end, then returns what is left. Resolves when nothing is in flight. */
  async stop(): Promise<void> {
    this.end('stop() was called');
    await this.work?.catch(() => {});
  }

  /** Receives no more messages until `resume()`. What is in flight continues. */
  async pause(): Promise<void> {
    if (this.current !== 'running') return;
    this.current = 'paused';
    this.loop?.pause();
  }

  async resume(): Promise<void> {
    if (this.current !== 'paused') return;
    this.current = 'running';
    this.loop?.resume();
  }

  private async runLoop(options: WorkerOptions): Promise<{ processed: number }> {
    const resolved = resolveWorkerOptions(this.defaults, options);
    const channels = this.channelsOf(resolved.channels);
    const { router, producer, connection } = this;
    const { onEvent, broker } = connection;
    const deliveries = new InFlightDeliveries();
    const [limits, abandonedRuns] = [new TimeLimits(broker.clock, deliveries), new AbandonedRuns(broker.clock)];
    const { unroutedTimeout } = resolved;
    const runner = new Runner({ router, producer, channels, limits, abandonedRuns, unroutedTimeout });
    const loop = new WorkerLoop(connection, runner, deliveries, channels, resolved);
    this.loop = loop;
    this.current = 'running';
    const endKeepAlive = keepAlive();
    const removeListeners = onSignals(resolved.handleSignals, (signal) => this.end(`${signal} was received`));
    try {
      await connection.ready();
      onEvent({ type: 'worker-started', channels });
      const processed = await loop.run();
      onEvent({ type: 'worker-stopped', processed });
      return { processed };
    } finally {
      limits.stop();
      abandonedRuns.stop();
      removeListeners();
      endKeepAlive();
    }
  }

  private end(reason: string): void {
    if (this.loop === undefined) return;
    this.current = 'stopping';
    this.loop.stop(reason);
  }

  private channelsOf(chosen: readonly string[] | undefined): readonly string[] {
    const channels = chosen ?? this.router.channels;
    if (channels.length > 0) return channels;
    throw new InvalidOptionError(
      'The worker has no channels: no actor is known. Declare one with @Actor(), or give "channels".',
    );
  }
}
