import { BrokerClosedError, BrokerUnavailableError } from '../errors/index.js';

/** The calls that can be made to fail: those of a message broker, its consumers and deliveries, and those of a bucket broker. */
export type FaultyCall =
  | 'publish'
  | 'consume'
  | 'locate'
  | 'inspect'
  | 'waiters'
  | 'cancel'
  | 'receive'
  | 'extend'
  | 'settle'
  | 'get'
  | 'store'
  | 'delete'
  | 'wait';

/** When a call fails, seen from the broker's side. */
export type FaultMoment =
  /** It is never carried out: the broker was out of reach. */
  | 'before'
  /**
   * The caller is told that it failed, and then it is carried out: the connection went while the broker worked. Of `receive`,
   * which is made one at a time, the same as `after`.
   */
  | 'during'
  /** It is carried out, then the caller is told that it failed: the answer got lost. */
  | 'after';

/** Every moment. */
export const FAULT_MOMENTS: readonly FaultMoment[] = ['before', 'during', 'after'];

/** Which call fails, and what comes of it. */
export interface StrikeOptions {
  /** So many calls of this name go well first, counted from now on. @default 0 */
  readonly skip?: number;
  /** Nothing gets through afterwards, as if the process had been killed at this point. @default false */
  readonly fatal?: boolean;
}

interface Strike {
  readonly call: FaultyCall;
  readonly moment: FaultMoment;
  readonly fatal: boolean;
  skip: number;
}

/**
 * What is to go wrong, and what was called so far. One may serve the message broker and the bucket brokers of a connection,
 * as one process talks to all of them.
 *
 * A call that is struck rejects with BrokerUnavailableError; after a fatal strike every call rejects with BrokerClosedError.
 */
export class Faults {
  /** The names of the calls made so far, those that failed included. */
  readonly calls: FaultyCall[] = [];
  private readonly strikes: Strike[] = [];
  private readonly mourners = new Set<() => void>();
  private dead = false;

  /** True after a fatal strike. */
  get isDead(): boolean {
    return this.dead;
  }

  /** Has a call of this name fail, once. */
  strike(call: FaultyCall, moment: FaultMoment, { skip = 0, fatal = false }: StrikeOptions = {}): this {
    this.strikes.push({ call, moment: call === 'receive' && moment === 'during' ? 'after' : moment, skip, fatal });
    return this;
  }

  /** True where nothing is left to go wrong. */
  get isSpent(): boolean {
    return this.strikes.length === 0;
  }

  /** From now on nothing gets through, as after a fatal strike: for an actor that kills its process. */
  kill(): void {
    this.die();
  }

  /** Told of the fatal strike. For wrappers. */
  onDeath(mourner: () => void): void {
    this.mourners.add(mourner);
  }

  /** Makes a call, or has it fail. For wrappers. */
  async around<Answer>(call: FaultyCall, act: () => Promise<Answer>): Promise<Answer> {
    this.calls.push(call);
    if (this.dead) throw new BrokerClosedError('faulty');
    const strike = this.next(call);
    if (!strike) return act();
    if (strike.moment === 'during') setImmediate(() => void act().catch(() => {}));
    if (strike.moment === 'after') await act();
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
    for (const mourn of this.mourners) mourn();
  }
}

function struck({ call, moment }: Strike): BrokerUnavailableError {
  return new BrokerUnavailableError(`A fault was asked for ${moment} "${call}". This is a test.`);
}
