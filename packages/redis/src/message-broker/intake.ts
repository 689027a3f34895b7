import type { RawEntry, Reader } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { Take } from '../script/next-call.js';
import { ScriptCall } from '../script/script-call.js';
import { LETTER } from './priority-letters.js';
import type { ReadSizes } from './read-sizes.js';
import type { ChannelLimits, ReadingList, StreamToRead } from './reading-list.js';
import type { Settler } from './settler.js';
import { quotasOf } from './turns.js';

/** An entry that now is the consumer's. */
export interface TakenEntry {
  readonly stream: StreamToRead;
  readonly entry: RawEntry;
  /** How often it was delivered, with the marks of takeover. */
  readonly deliveries: number;
}

/** What is to be taken. */
export interface Demand {
  readonly max: number;
  readonly limits?: ChannelLimits;
  /** How many milliseconds to wait for the first; undefined for not at all. */
  readonly block?: number;
  /** Asked between looking and falling asleep. */
  readonly isWoken: () => boolean;
}

/** What the operation `take` returns: entries by place of their stream, or the last id of each stream; then what went wrong by stream. */
type TakeAnswer =
  | readonly [found: 1, taken: readonly (readonly [place: number, entries: readonly RawEntry[]])[], problems: Buffer[]]
  | readonly [found: 0, last: readonly Buffer[], problems: Buffer[]];

/** Where a stream ends that could be read. */
interface StreamEnd {
  readonly key: string;
  readonly after: string;
}

/**
 * Takes entries from the streams of a reading list, never more than asked for, and of large ones fewer. One stream is read with one
 * XREADGROUP. Several are read by a script, as COUNT would count for each of them, and are waited for without taking anything.
 */
export class Intake {
  private turn = 0;
  private calls = 0;

  /** @param onProblem told what keeps a stream from being read, while others are */
  constructor(
    private readonly keys: Keys,
    private readonly list: ReadingList,
    private readonly consumer: string,
    private readonly reader: Reader,
    private readonly settler: Settler,
    private readonly sizes: ReadSizes,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** Settlements that are to be sent share its way. */
  take(demand: Demand): Promise<TakenEntry[]> {
    const streams = this.list.within(demand.limits);
    if (streams.length === 1) return this.takeFromOne(streams[0]!, demand);
    return this.reader.inOneWrite(() => this.takeFromSeveral(streams, demand));
  }

  private async takeFromOne(stream: StreamToRead, { max, limits, block, isWoken }: Demand): Promise<TakenEntry[]> {
    const { group } = this.keys.channel(stream.channel);
    const most = this.sizes.mostOf(stream.key, Math.min(max, limits?.get(stream.channel) ?? max));
    const take = { stream: stream.key, group, consumer: this.consumer, most };
    const next = this.settler.flushTaking(this.reader, take);
    let entries = await (next ?? this.readAfterSettling(take, block));
    if (next && entries.length === 0 && block !== undefined && !isWoken())
      entries = await this.reader.read(take, block);
    return this.taken(stream, entries);
  }

  private readAfterSettling(take: Take, block: number | undefined): Promise<readonly RawEntry[]> {
    return this.reader.inOneWrite(() => {
      this.settler.flushOver(this.reader);
      return this.reader.read(take, block);
    });
  }

  private async takeFromSeveral(
    streams: readonly StreamToRead[],
    { max, limits, block, isWoken }: Demand,
  ): Promise<TakenEntry[]> {
    this.settler.flushOver(this.reader);
    const [found, answer] = await this.lookAtSeveral(this.rotated(streams), max, limits);
    if (found) return answer;
    if (block === undefined || isWoken() || answer.length === 0) return [];
    await this.reader.awaitEntry(
      answer.map(({ key }) => key),
      answer.map(({ after }) => after),
      block,
    );
    return [];
  }

  private async lookAtSeveral(
    streams: readonly StreamToRead[],
    max: number,
    limits: ChannelLimits | undefined,
  ): Promise<[true, TakenEntry[]] | [false, StreamEnd[]]> {
    const quotas = quotasOf(this.turn, max);
    const call = new ScriptCall(this.keys, 'intake.take').add(this.consumer, quotas.high, quotas.medium, quotas.low);
    addStreams(call, streams, limits, ({ key }) => this.sizes.mostOf(key, max));
    const [found, answer, problems] = await this.reader.runForBuffers<TakeAnswer>(call);
    for (const problem of problems) if (problem.length > 0) this.onProblem(problem.toString());
    if (found === 0) return [false, endsOf(streams, answer)];
    const taken = answer.flatMap(([place, entries]) => this.taken(streams[place - 1]!, entries));
    this.turn += taken.length;
    return [true, taken];
  }

  private taken(stream: StreamToRead, entries: readonly RawEntry[]): TakenEntry[] {
    this.sizes.note(stream.key, entries);
    return entries.map((entry) => ({ stream, entry, deliveries: 1 }));
  }

  // Of channels alike in priority each is first in its turn. The script looks at priorities by itself.
  private rotated(streams: readonly StreamToRead[]): readonly StreamToRead[] {
    const order = { high: 0, medium: 1, low: 2 };
    const first = this.calls++ % streams.length;
    const turned = [...streams.slice(first), ...streams.slice(0, first)];
    return turned.toSorted((one, other) => order[one.priority] - order[other.priority]);
  }
}

/** Adds streams to a script call: how many; each: channel, priority, how many at most of it where that is given, of its channel or -1. */
export function addStreams(
  call: ScriptCall,
  streams: readonly StreamToRead[],
  limits: ChannelLimits | undefined,
  mostOf?: (stream: StreamToRead) => number,
): void {
  call.add(streams.length);
  for (const stream of streams) {
    const { channel, priority } = stream;
    call.add(call.channel(channel), LETTER[priority]);
    if (mostOf) call.add(mostOf(stream));
    call.add(limits?.get(channel) ?? -1);
  }
}

function endsOf(streams: readonly StreamToRead[], last: readonly Buffer[]): StreamEnd[] {
  const ends = last.map((after, place) => ({ key: streams[place]!.key, after: after.toString() }));
  return ends.filter(({ after }) => after !== '');
}
