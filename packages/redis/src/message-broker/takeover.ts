import { tooManyDeliveries } from '../codec/reason.js';
import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';
import type { Operation } from '../script/index.js';
import { ScriptCall } from '../script/script-call.js';
import type { ConsumerParts } from './consumer-parts.js';
import type { InFlight } from './in-flight.js';
import { type TakenEntry, addStreams } from './intake.js';
import type { ChannelLimits, ReadingList, StreamToRead } from './reading-list.js';

/** So often an owner is silent for its time, and a consumer looks who is, in that time. */
const LOOKS_PER_OWNERSHIP = 3;

/** Workers are spread over time: the part of its time after which each looks again. */
const SPREAD = { least: 0.8, more: 0.4 };

/** What the operations that take entries over return: is there more; are there suspects; entries; what went wrong by stream. */
type TakeoverAnswer = readonly [
  more: 0 | 1,
  suspects: 0 | 1,
  taken: readonly (readonly [place: number, deliveries: number, entry: RawEntry])[],
  problems: readonly Buffer[],
];

/** By stream: entries, each followed by its deliveries. */
type PendingAnswer = readonly (readonly (string | number)[])[];

/** An entry that Redis has given to the consumer, which has not learned of it. */
interface MissedEntry {
  readonly place: number;
  readonly entry: string;
  readonly deliveries: number;
}

/**
 * Takes over messages whose owners are lost, and those of the consumer's own that it has never learned of, because the answer
 * to its read was lost.
 */
export class Takeover {
  private areSuspects = false;
  private isAloneLost = false;
  private isAbandoned = false;
  private nextAt = 0;
  private isAnswerLost = false;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly list: ReadingList,
    private readonly inFlight: InFlight,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** True where there are messages that are only to be run alone. */
  get hasSuspects(): boolean {
    return this.areSuspects || this.isAloneLost;
  }

  get isDue(): boolean {
    const isTime = this.isAnswerLost || performance.now() >= this.nextAt;
    return isTime && !this.isAbandoned && this.parts.reader.isReady;
  }

  /** When it is due next, by the process' monotonic clock. */
  get dueAt(): number {
    return this.nextAt;
  }

  /** What was asked for may have been given all the same. */
  noteLostAnswer(): void {
    this.isAnswerLost = true;
  }

  /** Up to `max` that may run beside others. */
  async take(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const missed = await this.retake(max, limits);
    if (missed.length > 0 || performance.now() < this.nextAt) return missed;
    return this.reclaim(max, limits);
  }

  /** Nobody waits for these entries any more: they are found again, as what was never learned of. */
  abandon(taking: Promise<readonly TakenEntry[]>): void {
    this.isAbandoned = true;
    const end = (): void => {
      this.isAbandoned = false;
      this.isAnswerLost = true;
    };
    taking.then(end, end);
  }

  /** One that is only to be run alone, where there is one. */
  async takeAlone(limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const streams = this.list.within(limits);
    const { name, ownershipTime, maxDeliveries } = this.parts;
    const call = this.call('takeover.alone').add(name, ownershipTime, maxDeliveries);
    this.isAloneLost = true; // Until the answer is here, it may have been given one.
    const [, suspects, taken] = await this.run(addAll(call, 1, streams), streams);
    this.isAloneLost = false;
    this.areSuspects = suspects === 1;
    return taken;
  }

  /** Looks whether the suspects are still there: another may have taken them. */
  async lookForSuspects(): Promise<void> {
    const { streams } = this.list;
    const { ownershipTime, maxDeliveries } = this.parts;
    const call = this.call('takeover.suspects').add(ownershipTime, maxDeliveries);
    this.areSuspects = (await this.parts.commands().run<0 | 1>(addAll(call, 1, streams))) === 1;
  }

  private async reclaim(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const { name, ownershipTime, maxDeliveries, joined } = this.parts;
    const span = ownershipTime / LOOKS_PER_OWNERSHIP;
    const streams = this.list.within(limits);
    this.inFlight.forgetOlderThan(2 * ownershipTime);
    if (streams.length === 0) {
      this.nextAt = performance.now() + span;
      return [];
    }
    const reason = tooManyDeliveries(maxDeliveries);
    const call = this.call('takeover.reclaim').add(
      name,
      ownershipTime,
      maxDeliveries,
      reason,
      joined.areAny ? '1' : '',
    );
    const [more, suspects, taken] = await this.run(addAll(call, max, streams, limits), streams);
    this.areSuspects = suspects === 1;
    this.nextAt = more ? 0 : performance.now() + span * (SPREAD.least + Math.random() * SPREAD.more);
    return taken;
  }

  // An answer may also be lost without a word, into a connection that is dead: what is ours, and not extended, is looked at as well.
  private async retake(max: number, limits: ChannelLimits | undefined): Promise<TakenEntry[]> {
    const streams = this.list.within(limits);
    const missed = await this.findMissed(streams);
    this.isAnswerLost = false;
    if (missed.length === 0) return [];
    const call = addAll(this.call('takeover.retake').add(this.parts.name), max, streams, limits).add(missed.length);
    for (const { place, entry, deliveries } of missed) call.add(place + 1, entry, deliveries);
    this.isAnswerLost = true;
    const [more, , taken] = await this.run(call, streams);
    this.isAnswerLost = more === 1;
    return taken;
  }

  private async findMissed(streams: readonly StreamToRead[]): Promise<MissedEntry[]> {
    const { name, ownershipTime, reader } = this.parts;
    const least = this.isAnswerLost ? 0 : Math.ceil(ownershipTime / LOOKS_PER_OWNERSHIP);
    const before = this.inFlight.snapshot();
    const call = addAll(this.call('takeover.pending').add(name, least, ownershipTime), 1, streams);
    const answer = await reader.run<PendingAnswer>(call);
    const after = this.inFlight.snapshot();
    return answer.flatMap((own, place) =>
      entriesIn(own)
        .filter(({ entry }) => !before(streams[place]!, entry) && !after(streams[place]!, entry))
        .map((one) => ({ place, ...one })),
    );
  }

  private async run(
    call: ScriptCall,
    streams: readonly StreamToRead[],
  ): Promise<[more: 0 | 1, suspects: 0 | 1, taken: TakenEntry[]]> {
    const [more, suspects, answer, problems] = await this.parts.reader.runForBuffers<TakeoverAnswer>(call);
    for (const problem of problems) if (problem.length > 0) this.onProblem(problem.toString());
    const taken = answer.map(([place, deliveries, entry]) => ({ stream: streams[place - 1]!, deliveries, entry }));
    return [more, suspects, taken];
  }

  private call(operation: Operation): ScriptCall {
    return new ScriptCall(this.parts.keys, operation);
  }
}

/** As the script's `read_streams` reads them. */
function addAll(call: ScriptCall, max: number, streams: readonly StreamToRead[], limits?: ChannelLimits): ScriptCall {
  call.add(max, LIMITS.readBytes);
  addStreams(call, streams, limits);
  return call;
}

function entriesIn(own: readonly (string | number)[]): Omit<MissedEntry, 'place'>[] {
  return Array.from({ length: own.length / 2 }, (_, n) => ({
    entry: String(own[2 * n]),
    deliveries: Number(own[2 * n + 1]),
  }));
}
