import { RepidError } from '@repid/core';

/** A worker was run before the application has started, when not every actor is known yet. */
export class WorkerNotReadyError extends RepidError {
  readonly code = 'REPID_WORKER_NOT_READY';

  constructor() {
    super(
      'The worker was run before the application has started. Call run() after app.init() or app.listen(), ' +
        'in onApplicationBootstrap at the earliest, or configure worker: { autorun: true }.',
    );
  }
}
