import {
  BrokerUnavailableError,
  LostOwnershipError,
  type MalformedMessageError,
  type Settlement,
  checkSettlement,
} from '@repid/core';
import {
  type AcknowledgeAndFetchReply,
  acknowledgeAndFetchCall,
  entriesIn,
  settledIn,
} from '../commands/acknowledge-and-fetch.js';
import type { Invocation } from '../commands/call.js';
import type { FastPaths } from '../commands/fast-paths.js';
import { type Extension, type SettleCommand, commandOf } from '../commands/settle-command.js';
import { FALL_BACK, NOT_OWNED, type SettleReply, generalSettleCall, settleCall } from '../commands/settle.js';
import type { Settling } from '../commands/settlement-batch.js';
import type { Connection } from '../connection/connection.js';
import type { RawEntry, Reader, StreamRead } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { Batcher, type Waiting } from './batcher.js';
import type { RedisDelivery } from './redis-delivery.js';
import type { TransactionalStores } from './transactional-stores.js';

interface Item extends Settling, Waiting {
  readonly delivery: RedisDelivery;
}

/** How a settler works. */
export interface SettlerSettings {
  /** Milliseconds. */
  readonly ownershipTime: number;
  /** How long a call may take, in milliseconds. */
  readonly timeout: number;
  /** Redis' clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fastPaths: FastPaths;
}

/** The part of the ownership time in which nobody can have taken a delivery over. The rest allows for the time on the wire. */
const SURELY_OURS = 0.9;

/** A reply over a reader's connection must come within this fraction of the ownership time. */
const READER_SHARE = 6;

/** Settles and extends. The requests of one turn of the event loop are sent in one call. */
export class Settler {
  private readonly batcher: Batcher<Item>;
  private readonly readerTimeout: number;

  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly settings: SettlerSettings,
    private readonly stores: TransactionalStores,
  ) {
    this.readerTimeout = Math.min(settings.timeout, settings.ownershipTime / READER_SHARE);
    this.batcher = new Batcher(
      LIMITS.settlementBatch,
      () => 1,
      (items) => this.send(items),
    );
  }

  /**
   * @throws LostOwnershipError when it was settled or taken over already
   * @throws UnsupportedError when a bucket belongs to a separate store
   * @throws InvalidOptionError, BrokerRefusedError for a settlement that could never be committed
   */
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<void> {
    checkSettlement(delivery.message.channel, settlement);
    this.stores.checkSettlement(settlement);
    return this.add(delivery, commandOf(settlement, delivery.lease));
  }

  /** Moves an entry that is no message to the dead letters, unchanged. */
  deadLetter(delivery: RedisDelivery, problem: MalformedMessageError): Promise<void> {
    return this.add(delivery, { outcome: 'dead-letter', problem, at: this.settings.now(), flags: '' });
  }

  /** @throws LostOwnershipError when it was settled or taken over already */
  async extend(delivery: RedisDelivery): Promise<void> {
    const hasSurvived = performance.now() - delivery.aloneSince >= this.settings.ownershipTime;
    await this.extendBy(delivery, hasSurvived ? 'unmark' : 'extend');
    if (hasSurvived) delivery.aloneSince = Infinity;
  }

  /** Extends a suspect that starts to run. @throws LostOwnershipError when it was settled or taken over already */
  async markStarted(delivery: RedisDelivery): Promise<void> {
    await this.extendBy(delivery, 'start');
    delivery.aloneSince = delivery.ownedSince;
  }

  /**
   * Sends pending settlements over a connection that is about to be used, if they are few: they then share a write with the read that
   * follows. Many go over the connection for commands, so that Redis works on them while new messages are handled.
   */
  flushOver(reader: Reader): void {
    if (this.batcher.size > LIMITS.sharedWrite) return;
    const timeout = this.readerTimeout;
    this.batcher.flush((items) => this.send(items, () => reader.run(this.callFor(items), { timeout })));
  }

  /**
   * Commits the only pending settlement, a plain acknowledgement, in the call that takes the next entries of its stream. Resolves with
   * these entries. Undefined if there is no such settlement.
   */
  acknowledgeAndFetch(reader: Reader, read: StreamRead): Promise<readonly RawEntry[]> | undefined {
    const { only } = this.batcher;
    if (!only || !this.settings.fastPaths.has('acknowledge_and_fetch')) return undefined;
    const call = acknowledgeAndFetchCall(only, read, this.keys);
    if (!call) return undefined;
    const reply = reader.runUntilWoken<AcknowledgeAndFetchReply>(call, this.readerTimeout);
    this.batcher.flush((items) => this.send(items, () => reply.then(settledIn)));
    return reply.then(entriesIn);
  }

  /** Resolves when no settlement is pending. */
  idle(): Promise<void> {
    return this.batcher.idle();
  }

  private async extendBy(delivery: RedisDelivery, outcome: Extension): Promise<void> {
    await this.add(delivery, { outcome, flags: '' });
    delivery.ownedSince = performance.now();
  }

  private add(delivery: RedisDelivery, command: SettleCommand): Promise<void> {
    return new Promise((resolve, reject) => this.batcher.add({ delivery, command, resolve, reject }));
  }

  /** @param first sends it over a reader's connection, whose reply may not come */
  private async send(items: Item[], first?: () => Promise<SettleReply | undefined>): Promise<void> {
    const reply = (first && (await unlessLost(first(), items))) ?? (await this.run(items, this.callFor(items)));
    this.concludeAll(items, reply);
    if (reply.length > 0) await this.fallBack(items, reply);
  }

  /** Sends over the general path the settlements that a fast path has left out. */
  private async fallBack(items: readonly Item[], reply: SettleReply): Promise<void> {
    const left = reply.filter(([, problem]) => problem === FALL_BACK).map(([index]) => items[index]!);
    if (left.length > 0) this.concludeAll(left, await this.run(left, generalSettleCall(left, this.keys)));
  }

  private callFor(items: readonly Item[]): Invocation {
    return settleCall(items, this.keys, this.settings.fastPaths);
  }

  // May be sent twice: of two settlements of one delivery only one is committed.
  private run(items: readonly Item[], call: Invocation): Promise<SettleReply> {
    return this.connection().runAgain(call, { onLost: () => noteUncertain(items) });
  }

  private concludeAll(items: readonly Item[], reply: SettleReply): void {
    if (reply.length === 0) {
      for (const { resolve } of items) resolve();
      return;
    }
    const problems = new Map(reply);
    items.forEach((item, index) => this.conclude(item, problems.get(index)));
  }

  private conclude({ delivery, resolve, reject }: Item, problem: SettleReply[number][1] | undefined): void {
    if (problem === FALL_BACK) return;
    if (typeof problem === 'string') return reject(this.connection().refused(problem));
    if (problem !== NOT_OWNED || this.wasCommittedBefore(delivery)) return resolve();
    reject(new LostOwnershipError(delivery.id, delivery.message.channel));
  }

  // Not ours any more, although nobody can have taken it over yet: our own settlement was committed and its reply was lost.
  private wasCommittedBefore({ uncertain, ownedSince }: RedisDelivery): boolean {
    return uncertain && performance.now() - ownedSince < this.settings.ownershipTime * SURELY_OURS;
  }
}

/** Undefined if no reply came: the other connection may be in a better state, and there is time left to use it. */
async function unlessLost(
  first: Promise<SettleReply | undefined>,
  items: readonly Item[],
): Promise<SettleReply | undefined> {
  try {
    return await first;
  } catch (problem) {
    if (!(problem instanceof BrokerUnavailableError)) throw problem;
    noteUncertain(items);
    return undefined;
  }
}

/** Outcomes for which the absence of the entry does not mean that it was committed. */
const NOT_COMMITTING: ReadonlySet<SettleCommand['outcome']> = new Set(['extend', 'start', 'unmark', 'dead-letter']);

/** A reply was lost: deliveries that are not ours any more may have been settled by ourselves. */
function noteUncertain(items: readonly Item[]): void {
  for (const { delivery, command } of items) delivery.uncertain ||= !NOT_COMMITTING.has(command.outcome);
}
