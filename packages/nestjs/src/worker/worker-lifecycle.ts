import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Repid, Router, WorkerOptions } from '@repid/core';
import type { RepidWorker } from './repid-worker.js';

/** What `WorkerLifecycle` looks after. */
export interface LifecycleParts {
  readonly repid: Repid;
  readonly worker: RepidWorker;
  readonly autorun: boolean;
  readonly options: WorkerOptions;
  readonly router: () => Router;
}

/**
 * Runs the worker while the application runs, where that is asked for, and stops it when the application closes.
 *
 * It lives in the module that the user imports, not in the global one behind it: Nest starts global modules first and
 * ends them last, and a worker is to start after what its actors use, and to stop before it.
 */
export class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Repid');

  constructor(private readonly parts: LifecycleParts) {}

  async onApplicationBootstrap(): Promise<void> {
    const { repid, worker, autorun, options, router } = this.parts;
    if (!autorun) return;
    if (router().actors.length === 0) {
      return this.logger.warn(
        'The worker has "autorun", but no actor is known, so it does not run. Declare one with @Actor().',
      );
    }
    await repid.connect();
    const running = worker.run({ handleSignals: options.handleSignals ?? [] });
    running.catch((error: unknown) => this.logger.error('The worker has ended by an error.', (error as Error).stack));
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.worker.stop();
  }
}
