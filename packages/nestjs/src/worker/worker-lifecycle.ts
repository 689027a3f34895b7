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

  /** Rejects where its broker refuses it for good; one that is away is tried again while the application runs. */
  async onApplicationBootstrap(): Promise<void> {
    const { worker, autorun, options, router } = this.parts;
    if (!autorun) return;
    if (router().actors.length === 0) {
      return this.logger.warn(
        'The worker has "autorun", but no actor is known, so it does not run. Declare one with @Actor().',
      );
    }
    await this.connect();
    worker.keepRunning({ handleSignals: options.handleSignals ?? [] }, (error, pause) =>
      this.noteFailure(error, pause),
    );
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

  private noteFailure(error: unknown, pause: number | undefined): void {
    const text = escapeControls(errorText(error));
    if (pause !== undefined) this.logger.warn(`The worker does not run; it is started again in ${pause} ms: ${text}`);
    else this.logger.error(`The worker has ended by an error: ${text}`, stackOf(error));
  }
}
