import { BrokerClosedError, BrokerUnavailableError } from '../errors/index.js';

/** The calls that can fail: those of a message broker, its consumers and deliveries, and those of a bucket broker. */
export type FaultyCall =
  | 'publish'
  | 'consume'
  | 'locate'
  | 'inspect'
  | 'waiters'
  | 'cancel'
  | 'receive'
  | 'extend'
  | 'markStarted'
  | 'settle'
  | 'get'
  | 'store'
  | 'delete'
  | 'wait';

/** When a call fails, from the broker's point of view. */
export type FaultMoment =
  /** The call is never carried out: the broker was unreachable. */
  | 'before'
  /**
   * The caller gets the error, and then the call is carried out: the connection was lost while the broker worked. For
   * `receive`, which runs one at a time, the same as `after`.
   */
  | 'during'
  /** The call is carried out, and then the caller gets an error: the response was lost. */
  | 'after';

/** Every moment. */
export const FAULT_MOMENTS: readonly FaultMoment[] = ['before', 'during', 'after'];

/** Which call fails, and how. */
export interface StrikeOptions {
  /** How many calls of this name succeed first, counted from now. @default 0 */
  readonly skip?: number;
  /** Let no further call through, as if the process had been killed at this point. @default false */
  readonly fatal?: boolean;
}

interface Strike {
  readonly call: FaultyCall;
  readonly moment: FaultMoment;
  readonly fatal: boolean;
  skip: number;
}

/**
 * The planned faults, and the calls made so far. One object may serve the message broker and the bucket brokers of a
 * connection, like one process that uses all of them.
 *
 * A failing call rejects with BrokerUnavailableError; after a fatal fault every call rejects with BrokerClosedError.
 */
export class Faults {
  /** The names of all calls made so far, including failed ones. */
  readonly calls: FaultyCall[] = [];
  private readonly strikes: Strike[] = [];
  private readonly deathListeners = new Set<() => void>();
  private dead = false;

  /** True after a fatal fault. */
  get isDead(): boolean {
    return this.dead;
  }

  /** Plans a fault: a call of this name fails once. */
  strike(call: FaultyCall, moment: FaultMoment, { skip = 0, fatal = false }: StrikeOptions = {}): this {
    this.strikes.push({ call, moment: call === 'receive' && moment === 'during' ? 'after' : moment, skip, fatal });
    return this;
  }

  /** True if no planned fault is left. */
  get isSpent(): boolean {
    return this.strikes.length === 0;
  }

  /** Lets no further call through, as after a fatal fault: for an actor that kills its process. */
  kill(): void {
    this.die();
  }

  /** Called at a fatal fault. For wrappers. */
  onDeath(listener: () => void): void {
    this.deathListeners.add(listener);
  }

  /** Makes the call, or lets it fail. For wrappers. */
  async around<Result>(call: FaultyCall, run: () => Promise<Result>): Promise<Result> {
    this.calls.push(call);
    if (this.dead) throw new BrokerClosedError('faulty');
    const strike = this.next(call);
    if (!strike) return run();
    if (strike.moment === 'during') setImmediate(() => void run().catch(() => {}));
    if (strike.moment === 'after') await run();
    if (strike.fatal) this.die();
    throw strike.fatal ? new BrokerClosedError('faulty') : struck(strike);
  }

  private next(call: FaultyCall): Strike | undefined {
    const due = this.strikes.find((strike) => strike.call === call && strike.skip === 0);
    for (const strike of this.strikes) if (strike.call === call && strike.skip > 0) strike.skip -= 1;
    if (due) this.strikes.splice(this.strikes.indexOf(due), 1);
    return due;
  }

  private die(): void {
    if (this.dead) return;
    this.dead = true;
    for (const listener of this.deathListeners) listener();
  }
}

function struck({ call, moment }: Strike): BrokerUnavailableError {
  return new BrokerUnavailableError(`A fault was planned ${moment} "${call}". This is a test.`);
}
