import { BrokerUnavailableError, LostOwnershipError, type MalformedMessageError, type Settlement } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { AnswerLostError, refused } from '../connection/problems.js';
import type { Keys } from '../keys.js';
import type { Call } from '../script/call.js';
import { LIMITS } from '../options/defaults.js';
import { Batcher } from './batcher.js';
import { checkSettlement } from './check-message.js';
import { type Act, type Request, actOf, callFor } from './encode-settlement.js';
import type { JoinedBuckets } from './joined-buckets.js';
import type { RedisDelivery } from './redis-delivery.js';

interface Item extends Request {
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/** For each that was not done, its place in the call, and 0 where ownership was lost, or what went wrong. */
type Answer = readonly (readonly [place: number, problem: 0 | string])[];

/** How much of the ownership time nobody can have taken a delivery over in, its time on the wire set aside. */
const SURELY_OURS = 0.9;

/** The part of the ownership time, as its divisor, in which an answer over a reader's connection must come. */
const READERS_SHARE = 6;

/** Settles and extends; what is asked for in the same turn of the event loop leaves in one call. */
export class Settler {
  private readonly batcher: Batcher<Item>;

  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly limits: { readonly ownershipTime: number; readonly patience: number },
    private readonly joined: JoinedBuckets,
  ) {
    this.batcher = new Batcher(
      LIMITS.settlementBatch,
      () => 1,
      (items) => this.send(items),
    );
  }

  /**
   * @throws LostOwnershipError when it was settled or taken over already
   * @throws UnsupportedError when a bucket belongs to a broker that was not joined
   * @throws InvalidOptionError, BrokerRefusedError for what could never be committed
   */
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<void> {
    checkSettlement(delivery.message.channel, settlement);
    this.joined.checkSettlement(settlement);
    return this.add(delivery, actOf(settlement, delivery.hold.jobId));
  }

  /** Moves an entry that is no message to the dead letters, as it came. */
  bury(delivery: RedisDelivery, problem: MalformedMessageError): Promise<void> {
    return this.add(delivery, { outcome: 'bury', problem });
  }

  /** @throws LostOwnershipError when it was settled or taken over already */
  async extend(delivery: RedisDelivery): Promise<void> {
    await this.add(delivery, { outcome: 'extend' });
    delivery.ownedSince = performance.now();
  }

  /**
   * Sends what waits over a connection that is about to be used, where it is little: it then shares the way of what
   * follows. More goes its own way, for Redis to work on while what has been read is worked on.
   */
  flushOver(connection: Connection): void {
    if (this.batcher.size <= LIMITS.sharedWay) this.batcher.flush((items) => this.send(items, connection));
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return this.batcher.idle();
  }

  private add(delivery: RedisDelivery, act: Act): Promise<void> {
    return new Promise((resolve, reject) => this.batcher.add({ delivery, act, resolve, reject }));
  }

  private async send(items: Item[], first?: Connection): Promise<void> {
    try {
      const problems = new Map(await this.run(items, first));
      items.forEach((item, place) => this.conclude(item, problems.get(place)));
    } catch (problem) {
      for (const { reject } of items) reject(problem);
    }
  }

  // May be sent twice: of two settlements of one delivery only one is committed.
  private async run(items: readonly Item[], first?: Connection): Promise<Answer> {
    const call = callFor(items, this.keys);
    if (first) {
      const answer = await this.runOverReader(first, call, items);
      if (answer) return answer;
    }
    const deadline = performance.now() + this.limits.patience;
    for (;;) {
      try {
        return await this.connection().run(call, Math.max(0, deadline - performance.now()));
      } catch (problem) {
        if (!(problem instanceof AnswerLostError)) throw problem;
        noteUncertain(items);
        if (performance.now() >= deadline) throw problem;
      }
    }
  }

  /** Nothing where no answer came: the other connection may be in a better state, and there is time left to use it. */
  private async runOverReader(reader: Connection, call: Call, items: readonly Item[]): Promise<Answer | undefined> {
    try {
      return await reader.run(call, Math.min(this.limits.patience, this.limits.ownershipTime / READERS_SHARE));
    } catch (problem) {
      if (!(problem instanceof BrokerUnavailableError)) throw problem;
      noteUncertain(items);
      return undefined;
    }
  }

  private conclude({ delivery, resolve, reject }: Item, problem: 0 | string | undefined): void {
    if (typeof problem === 'string') return reject(refused(problem));
    if (problem === undefined || this.wasCommittedBefore(delivery)) return resolve();
    reject(new LostOwnershipError(delivery.id, delivery.message.channel));
  }

  // Not ours any more although nobody can have taken it over yet: it was our own settlement, whose answer got lost.
  private wasCommittedBefore({ uncertain, ownedSince }: RedisDelivery): boolean {
    return uncertain && performance.now() - ownedSince < this.limits.ownershipTime * SURELY_OURS;
  }
}

/** An answer got lost: what is not ours any more may have been committed by ourselves. */
function noteUncertain(items: readonly Item[]): void {
  for (const { delivery, act } of items) delivery.uncertain ||= act.outcome !== 'extend' && act.outcome !== 'bury';
}
