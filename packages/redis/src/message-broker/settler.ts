import { BrokerUnavailableError, LostOwnershipError, type MalformedMessageError, type Settlement } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { RawEntry, Reader } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { Take } from '../script/next-call.js';
import { LIMITS } from '../options/defaults.js';
import { Batcher } from './batcher.js';
import { checkSettlement } from './check-message.js';
import { type Act, type Request, actOf } from './act.js';
import { callFor, thoroughCallFor } from './encode-settlement.js';
import { nextCallFor } from './encode-next.js';
import type { JoinedBuckets } from './joined-buckets.js';
import type { RedisDelivery } from './redis-delivery.js';

interface Item extends Request {
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/** For each that was not done, its place in the call, and 0 where ownership was lost, -1 where it needs a closer look, or what went wrong. */
type Answer = readonly (readonly [place: number, problem: 0 | -1 | string])[];

/** 1 where it was done, 0 where ownership was lost, or what went wrong; then what was taken, ids and fields in turn. */
type NextAnswer = readonly [ended: 1 | 0 | Buffer, ...taken: (Buffer | readonly Buffer[])[]];

const UNSURE = -1;

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
    private readonly limits: {
      readonly ownershipTime: number;
      readonly patience: number;
      readonly now: () => number;
    },
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
    return this.add(delivery, actOf(settlement, delivery.hold));
  }

  /** Moves an entry that is no message to the dead letters, as it came. */
  bury(delivery: RedisDelivery, problem: MalformedMessageError): Promise<void> {
    return this.add(delivery, { outcome: 'bury', problem, at: this.limits.now(), rest: '' });
  }

  /** @throws LostOwnershipError when it was settled or taken over already */
  async extend(delivery: RedisDelivery): Promise<void> {
    const outcome = this.isToBeAcquitted(delivery) ? 'acquit' : 'extend';
    await this.add(delivery, { outcome, rest: '' });
    delivery.ownedSince = performance.now();
    delivery.isAcquitted ||= outcome === 'acquit';
  }

  /**
   * Sends what waits over a connection that is about to be used, where it is little: it then shares the way of what
   * follows. More goes its own way, for Redis to work on while what has been read is worked on.
   */
  flushOver(reader: Reader): void {
    if (this.batcher.size > LIMITS.sharedWay) return;
    this.batcher.flush((items) => this.send(items, () => this.runOverReader(reader, items)));
  }

  /**
   * Sends a plain one that waits alone in the very call that takes what is next of its stream, and answers that. Undefined
   * where there is none.
   */
  flushTaking(reader: Reader, take: Take): Promise<readonly RawEntry[]> | undefined {
    const { only } = this.batcher;
    const call = only && nextCallFor(only, take, this.keys);
    if (!call) return undefined;
    const answer = reader.runUntilWoken<NextAnswer>(call, this.readersPatience);
    this.batcher.flush((items) => this.send(items, () => answer.then(problemsOf)));
    return answer.then(takenOf);
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return this.batcher.idle();
  }

  private add(delivery: RedisDelivery, act: Act): Promise<void> {
    return new Promise((resolve, reject) => this.batcher.add({ delivery, act, resolve, reject }));
  }

  /** @param first runs it over a reader's connection, whose answer may not come */
  private async send(items: Item[], first?: () => Promise<Answer | undefined>): Promise<void> {
    try {
      const answer = (first && (await unlessLost(first(), items))) ?? (await this.run(items, callFor));
      this.concludeAll(items, answer);
      if (answer.length > 0) await this.lookCloser(items, answer);
    } catch (problem) {
      for (const { reject } of items) reject(problem);
    }
  }

  /** What the lesser scripts were not sure of. */
  private async lookCloser(items: readonly Item[], answer: Answer): Promise<void> {
    const unsure = answer.filter(([, problem]) => problem === UNSURE).map(([place]) => items[place]!);
    if (unsure.length > 0) this.concludeAll(unsure, await this.run(unsure, thoroughCallFor));
  }

  // May be sent twice: of two settlements of one delivery only one is committed.
  private run(items: readonly Item[], makeCall: typeof callFor): Promise<Answer> {
    return this.connection().runAgain(makeCall(items, this.keys), () => noteUncertain(items));
  }

  private isToBeAcquitted({ hold, isExhausted, isAcquitted, takenAt }: RedisDelivery): boolean {
    if (!hold.isAlone || isExhausted || isAcquitted) return false;
    return performance.now() - takenAt >= this.limits.ownershipTime;
  }

  private runOverReader(reader: Reader, items: readonly Item[]): Promise<Answer> {
    return reader.run(callFor(items, this.keys), this.readersPatience);
  }

  private get readersPatience(): number {
    return Math.min(this.limits.patience, this.limits.ownershipTime / READERS_SHARE);
  }

  private concludeAll(items: readonly Item[], answer: Answer): void {
    if (answer.length === 0) {
      for (const { resolve } of items) resolve();
      return;
    }
    const problems = new Map(answer);
    items.forEach((item, place) => this.conclude(item, problems.get(place)));
  }

  private conclude({ delivery, resolve, reject }: Item, problem: 0 | -1 | string | undefined): void {
    if (problem === UNSURE) return;
    if (typeof problem === 'string') return reject(this.connection().refused(problem));
    if (problem === undefined || this.wasCommittedBefore(delivery)) return resolve();
    reject(new LostOwnershipError(delivery.id, delivery.message.channel));
  }

  // Not ours any more although nobody can have taken it over yet: it was our own settlement, whose answer got lost.
  private wasCommittedBefore({ uncertain, ownedSince }: RedisDelivery): boolean {
    return uncertain && performance.now() - ownedSince < this.limits.ownershipTime * SURELY_OURS;
  }
}

/** Nothing where no answer came: the other connection may be in a better state, and there is time left to use it. */
async function unlessLost(first: Promise<Answer | undefined>, items: readonly Item[]): Promise<Answer | undefined> {
  try {
    return await first;
  } catch (problem) {
    if (!(problem instanceof BrokerUnavailableError)) throw problem;
    noteUncertain(items);
    return undefined;
  }
}

const NO_PROBLEMS: Answer = [];

function problemsOf(answer: NextAnswer | undefined): Answer | undefined {
  if (!answer) return undefined;
  const [ended] = answer;
  return ended === 1 ? NO_PROBLEMS : [[0, ended === 0 ? ended : ended.toString()]];
}

function takenOf(answer: NextAnswer | undefined): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 1; answer && at < answer.length; at += 2) entries.push([answer[at], answer[at + 1]] as RawEntry);
  return entries;
}

/** Of what these ask for, the entry's absence says nothing. */
const KEEPING: ReadonlySet<Act['outcome']> = new Set(['extend', 'acquit', 'bury']);

/** An answer got lost: what is not ours any more may have been committed by ourselves. */
function noteUncertain(items: readonly Item[]): void {
  for (const { delivery, act } of items) delivery.uncertain ||= !KEEPING.has(act.outcome);
}
