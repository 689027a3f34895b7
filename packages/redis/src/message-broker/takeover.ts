import type { Invocation } from '../commands/call.js';
import {
  type ReclaimReply,
  hasSuspectsCall,
  ownPendingCall,
  reclaimCall,
  reclaimSuspectCall,
  retakeCall,
} from '../commands/reclaim.js';
import type { ActiveStream, ActiveStreams, ChannelLimits } from './active-streams.js';
import type { ConsumerParts } from './consumer-parts.js';
import type { TakenEntry } from './fetcher.js';
import type { InFlight } from './in-flight.js';

/** How often consumers check for lost owners during one ownership time. */
const CHECKS_PER_OWNERSHIP = 3;

/** Spreads the checks of consumers over time: the fraction of the interval after which each checks again. */
const SPREAD = { least: 0.8, more: 0.4 };

/**
 * Takes over messages whose owners are lost, and the consumer's own entries that it has not learned of because the reply to its read was
 * lost.
 */
export class Takeover {
  private areSuspects = false;
  private isAloneLost = false;
  private isAbandoned = false;
  private nextAt = 0;
  private isReplyLost = false;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly streams: ActiveStreams,
    private readonly inFlight: InFlight,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** True if there are messages that may only be run alone. */
  get hasSuspects(): boolean {
    return this.areSuspects || this.isAloneLost;
  }

  get isDue(): boolean {
    const isTime = this.isReplyLost || performance.now() >= this.nextAt;
    return isTime && !this.isAbandoned && this.parts.reader.isReady;
  }

  /** When it is due next, by the process' monotonic clock. */
  get dueAt(): number {
    return this.nextAt;
  }

  /** The reply to a read was lost, so Redis may have given entries to the consumer. */
  noteLostReply(): void {
    this.isReplyLost = true;
  }

  /** Takes up to `max` that may run beside others. */
  async take(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const missed = await this.retake(max, limits);
    if (missed.length > 0 || performance.now() < this.nextAt) return missed;
    return this.reclaim(max, limits);
  }

  /** The consumer has stopped waiting for these entries. They are found again later, as entries it has not learned of. */
  abandon(taking: Promise<readonly TakenEntry[]>): void {
    this.isAbandoned = true;
    const end = (): void => {
      this.isAbandoned = false;
      this.isReplyLost = true;
    };
    taking.then(end, end);
  }

  /** Takes one message that may only be run alone, if there is one. */
  async takeAlone(limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const streams = this.streams.within(limits);
    this.isAloneLost = true; // Until the reply comes, an entry may have been given to the consumer.
    const call = reclaimSuspectCall(this.parts, { streams, max: 1 }, this.parts.keys);
    const [, suspects, taken] = await this.run(call, streams);
    this.isAloneLost = false;
    this.areSuspects = suspects === 1;
    return taken;
  }

  /** Looks whether the suspects still exist: another consumer may have taken them. */
  async lookForSuspects(): Promise<void> {
    const call = hasSuspectsCall(this.parts, this.streams.all, this.parts.keys);
    this.areSuspects = (await this.parts.commands().run<0 | 1>(call)) === 1;
  }

  private async reclaim(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const { ownershipTime, stores, keys } = this.parts;
    const interval = ownershipTime / CHECKS_PER_OWNERSHIP;
    const streams = this.streams.within(limits);
    this.inFlight.forgetOlderThan(2 * ownershipTime);
    if (streams.length === 0) {
      this.nextAt = performance.now() + interval;
      return [];
    }
    const call = reclaimCall(this.parts, { streams, max, limits }, stores.areAny, keys);
    const [more, suspects, taken] = await this.run(call, streams);
    this.areSuspects = suspects === 1;
    this.nextAt = more ? 0 : performance.now() + interval * (SPREAD.least + Math.random() * SPREAD.more);
    return taken;
  }

  // A reply may also be lost without notice, in a dead connection: so entries that are ours and not extended are checked each time.
  private async retake(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const streams = this.streams.within(limits);
    const missed = await this.findMissed(streams);
    this.isReplyLost = false;
    if (missed.length === 0) return [];
    this.isReplyLost = true;
    const call = retakeCall(this.parts, missed, { streams, max, limits }, this.parts.keys);
    const [more, , taken] = await this.run(call, streams);
    this.isReplyLost = more === 1;
    return taken;
  }

  private async findMissed(streams: readonly ActiveStream[]): Promise<TakenEntry[]> {
    const { ownershipTime, keys } = this.parts;
    const least = this.isReplyLost ? 0 : Math.ceil(ownershipTime / CHECKS_PER_OWNERSHIP);
    const before = this.inFlight.snapshot();
    const [, , own] = await this.run(ownPendingCall(this.parts, least, streams, keys), streams);
    const after = this.inFlight.snapshot();
    return own.filter(({ stream, entry: [id] }) => {
      const entry = id.toString('latin1');
      return !before(stream, entry) && !after(stream, entry);
    });
  }

  private async run(
    call: Invocation,
    streams: readonly ActiveStream[],
  ): Promise<[more: 0 | 1, suspects: 0 | 1, taken: TakenEntry[]]> {
    const [more, suspects, reply, problems] = await this.parts.reader.run<ReclaimReply>(call, { buffers: true });
    for (const problem of problems) if (problem.length > 0) this.onProblem(problem.toString());
    const taken = reply.map(([number, deliveries, entry]) => ({ stream: streams[number - 1]!, deliveries, entry }));
    return [more, suspects, taken];
  }
}
