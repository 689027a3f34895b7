import { CancelledError } from '../errors/index.js';

/** The reason of `msg.signal` when the grace period of a shutdown is over. The message is returned to its channel. */
export class WorkerShutdownError extends CancelledError {
  constructor() {
    super('The worker shuts down and its grace period is over; the message is returned to its channel.');
  }
}
