import { LostOwnershipError, type MalformedMessageError, type Outcome, type Settlement } from '@repid/core';
import { encodeHeaders } from '../codec/entry.js';
import { encodeReason, reasonOf } from '../codec/reason.js';
import type { Connection } from '../connection/connection.js';
import { AnswerLostError, refused } from '../connection/problems.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { ScriptCall } from '../script/script-call.js';
import { Batcher } from './batcher.js';
import { checkSettlement } from './check-message.js';
import { addBuckets, addMessage } from './encode-message.js';
import type { JoinedBuckets } from './joined-buckets.js';
import { LETTER } from './priority-letters.js';
import type { RedisDelivery } from './redis-delivery.js';

/** What happens to a delivery: the end of it, an entry that is no message, or another span of ownership. */
type Act =
  | { readonly type: 'settle'; readonly settlement: Settlement }
  | { readonly type: 'bury'; readonly problem: MalformedMessageError }
  | { readonly type: 'extend' };

interface Item {
  readonly delivery: RedisDelivery;
  readonly act: Act;
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/** How much of the ownership time nobody can have taken a delivery over in, its time on the wire set aside. */
const SURELY_OURS = 0.9;

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
  async settle(delivery: RedisDelivery, settlement: Settlement): Promise<void> {
    checkSettlement(settlement);
    if (settlement.bucket || settlement.publish) this.joined.checkSettlement(settlement);
    return this.add(delivery, { type: 'settle', settlement });
  }

  /** Moves an entry that is no message to the dead letters, as it came. */
  bury(delivery: RedisDelivery, problem: MalformedMessageError): Promise<void> {
    return this.add(delivery, { type: 'bury', problem });
  }

  /** @throws LostOwnershipError when it was settled or taken over already */
  async extend(delivery: RedisDelivery): Promise<void> {
    await this.add(delivery, { type: 'extend' });
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
      const answers = await this.run(items, first);
      items.forEach((item, n) => this.conclude(item, answers[n]!));
    } catch (problem) {
      for (const { reject } of items) reject(problem);
    }
  }

  // May be sent twice: of two settlements of one delivery only one is committed.
  private async run(items: readonly Item[], first?: Connection): Promise<(number | string)[]> {
    const call = new ScriptCall(this.keys, 'settle.settle').add(items.length);
    for (const item of items) addItem(call, item);
    const deadline = performance.now() + this.limits.patience;
    for (let over = first; ; over = undefined) {
      try {
        return await (over ?? this.connection()).run(call, Math.max(0, deadline - performance.now()));
      } catch (problem) {
        if (!(problem instanceof AnswerLostError)) throw problem;
        for (const { delivery, act } of items) delivery.uncertain ||= act.type === 'settle';
        if (performance.now() >= deadline) throw problem;
      }
    }
  }

  private conclude({ delivery, resolve, reject }: Item, answer: number | string): void {
    if (typeof answer === 'string') return reject(refused(answer));
    if (answer === 1 || this.wasCommittedBefore(delivery)) return resolve();
    reject(new LostOwnershipError(delivery.id, delivery.message.channel));
  }

  // Not ours any more although nobody can have taken it over yet: it was our own settlement, whose answer got lost.
  private wasCommittedBefore({ uncertain, ownedSince }: RedisDelivery): boolean {
    return uncertain && performance.now() - ownedSince < this.limits.ownershipTime * SURELY_OURS;
  }
}

function addItem(call: ScriptCall, { delivery, act }: Item): void {
  const { entry, consumer, jobId = '' } = delivery.hold;
  call.add(call.channel(delivery.message.channel), LETTER[delivery.priority], entry, consumer, delivery.deliveryCount);
  if (act.type === 'extend') call.add('extend');
  else if (act.type === 'bury') call.add('bury', jobId, encodeReason(reasonOf(act.problem, 0, Date.now())), '');
  else addSettlement(call, act.settlement, jobId);
}

function addSettlement(call: ScriptCall, settlement: Settlement, jobId: string): void {
  const { outcome, bucket, publish = [], releases = [] } = settlement;
  addOutcome(call, outcome, jobId);
  if (!bucket && publish.length === 0 && releases.length === 0) return void call.add('');
  addBuckets(call.add('1'), [], bucket ? [bucket] : []);
  call.add(publish.length);
  for (const follower of publish) addMessage(call, follower);
  // The script knows which.
  call.add(releases.length > 0 ? '1' : '');
}

function addOutcome(call: ScriptCall, outcome: Outcome, jobId: string): void {
  switch (outcome.type) {
    case 'ack':
      return void call.add('ack', jobId);
    case 'nack':
      return void call.add('nack', jobId, encodeHeaders(outcome.headers), encodeReason(outcome.reason));
    case 'reject':
      return void call.add('back', jobId, encodeHeaders(outcome.headers), 0);
    case 'retry':
      return void call.add('back', jobId, encodeHeaders(outcome.headers), Math.max(0, Math.ceil(outcome.delay)));
  }
}
