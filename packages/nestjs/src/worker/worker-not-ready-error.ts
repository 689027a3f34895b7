import { RepidError } from '@repid/core';

/** Thrown if a worker is run before the application has started: its actors are not known yet. */
export class WorkerNotReadyError extends RepidError {
  readonly code = 'REPID_WORKER_NOT_READY';

  constructor() {
    super(
      'The worker was run before the application started. Call run() after app.init() or app.listen(), in ' +
        'onApplicationBootstrap at the earliest, or set worker: { autorun: true }.',
    );
  }
}
