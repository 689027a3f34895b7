import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  BrokerUnavailableError,
  errorText,
  stackOf,
  escapeControls,
  type Repid,
  type Router,
  type WorkerOptions,
} from '@repid/core';
import type { RepidWorker } from './repid-worker.js';

/** The constructor arguments of `WorkerLifecycle`. */
export interface LifecycleParts {
  readonly repid: Repid;
  readonly worker: RepidWorker;
  readonly autorun: boolean;
  readonly options: WorkerOptions;
  readonly router: () => Router;
}

/**
 * Starts the worker with the application if `autorun` is set, and stops it when the application closes.
 *
 * It is provided by the module that the user imports, not by the global connection module. Nest starts global modules
 * first and stops them last, but a worker must start after the providers that its actors use, and stop before them.
 */
export class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Repid');

  constructor(private readonly parts: LifecycleParts) {}

  /** Rejects if the broker refuses the connection. If the broker is unavailable, the worker keeps trying to start. */
  async onApplicationBootstrap(): Promise<void> {
    const { worker, autorun, options, router } = this.parts;
    if (!autorun) return;
    if (router().actors.length === 0) {
      return this.logger.warn(
        'The worker has "autorun" but does not run: the application has no actor. Declare one with @Actor().',
      );
    }
    await this.connect();
    worker.keepRunning({ handleSignals: options.handleSignals ?? [] }, (error, delay) => this.logFailure(error, delay));
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.worker.stop();
  }

  private async connect(): Promise<void> {
    try {
      await this.parts.repid.connect();
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error;
    }
  }

  private logFailure(error: unknown, delay: number | undefined): void {
    const text = escapeControls(errorText(error));
    if (delay !== undefined) this.logger.warn(`The worker does not run; restarting it in ${delay} ms: ${text}`);
    else this.logger.error(`The worker has failed: ${text}`, stackOf(error));
  }
}
