import type { AsyncSignal } from './async-signal.js';
import type { ResolvedWorkerOptions } from './worker-options.js';

/**
 * How many deliveries can be in flight for each slot: one runs, one is being settled, and one waits until the broker commits
 * those settlements. So neither the worker nor the broker waits for the other.
 */
const IN_FLIGHT_PER_SLOT = 3;

/**
 * The most messages that are received at once. More would hardly save round trips, and each message would outlive the young
 * generation of the heap while it waits for the others of its batch.
 */
const MAX_BATCH = 100;

/** Counts the deliveries of a worker against its concurrency and its limit of messages. */
export class WorkerSlots {
  /** How many deliveries were processed. */
  processed = 0;
  private occupied = 0;
  private started = 0;
  private isBatching = false;
  /** How many slots were freed since the event loop is known to have run. */
  private freedInTick = 0;

  constructor(
    private readonly options: Pick<ResolvedWorkerOptions, 'concurrency' | 'messagesLimit'>,
    private readonly signal: AsyncSignal,
  ) {}

  get isLimitReached(): boolean {
    return this.processed >= this.options.messagesLimit;
  }

  /** Returns how many messages can be received now. */
  available(inFlight: number): number {
    if (this.isBatching) return 0;
    const { concurrency, messagesLimit } = this.options;
    const unsettled = concurrency * IN_FLIGHT_PER_SLOT - inFlight;
    return Math.min(concurrency - this.occupied, unsettled, messagesLimit - this.started, MAX_BATCH);
  }

  occupy(): void {
    this.occupied += 1;
    this.started += 1;
  }

  /**
   * Frees a slot. All slots that are freed in the same tick of the event loop lead to one large receive. It is sent ahead of
   * the settlements, so that the broker commits them while the next messages run. With a concurrency of one there is nothing
   * to batch. The event loop must still run now and then, for timers and signals: a broker in memory does not cause that.
   */
  readonly free = (): void => {
    this.occupied -= 1;
    if (this.isBatching) return;
    this.freedInTick += 1;
    if (this.options.concurrency === 1 && this.freedInTick < MAX_BATCH) return this.signal.notify();
    this.isBatching = true;
    setImmediate(() => {
      this.isBatching = false;
      this.freedInTick = 0;
      this.signal.notify();
    });
  };

  /** Counts a delivery that has ended. One that was not processed does not count towards the limit. */
  ended(isProcessed: boolean): void {
    if (isProcessed) this.processed += 1;
    else this.started -= 1;
  }
}
