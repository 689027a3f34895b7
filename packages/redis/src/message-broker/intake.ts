import type { Connection } from '../connection/connection.js';
import type { RawEntry, Reader } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { Take } from '../script/next-call.js';
import { ScriptCall } from '../script/script-call.js';
import { LETTER } from './priority-letters.js';
import type { ReadingList, StreamToRead } from './reading-list.js';
import type { Settler } from './settler.js';
import { quotasOf } from './turns.js';

/** An entry that now is the consumer's. */
export interface TakenEntry {
  readonly stream: StreamToRead;
  readonly entry: RawEntry;
  readonly deliveryCount: number;
}

/** What the operation `take` answers: entries by place of their stream, or the last id of each stream. */
type TakeAnswer =
  | readonly [found: 1, taken: readonly (readonly [place: number, entries: readonly RawEntry[]])[]]
  | readonly [found: 0, last: readonly Buffer[]];

type ReclaimAnswer = readonly [
  left: number,
  taken: readonly (readonly [place: number, deliveries: number, entry: RawEntry])[],
];

/**
 * Takes entries from the streams of a reading list, never more than asked for. One stream is read with one XREADGROUP.
 * Several are read by a script, as COUNT would count for each of them, and are waited for without taking anything.
 */
export class Intake {
  private turn = 0;
  private calls = 0;

  constructor(
    private readonly keys: Keys,
    private readonly list: ReadingList,
    private readonly consumer: string,
    private readonly reader: Reader,
    private readonly settler: Settler,
  ) {}

  /**
   * Up to `max`; waits `block` milliseconds for the first, or not at all where it is undefined. Settlements that are to
   * be sent share its way.
   * @param isWoken asked between looking and falling asleep
   */
  take(max: number, block: number | undefined, isWoken: () => boolean): Promise<TakenEntry[]> {
    const { streams } = this.list;
    if (streams.length === 1) return this.takeFromOne(streams[0]!, max, block, isWoken);
    return this.reader.inOneWrite(() => this.takeFromSeveral(streams, max, block, isWoken));
  }

  /** Up to `max` whose owners have been silent for too long, those given up included; and whether there may be more. */
  async reclaim(
    connection: Connection,
    max: number,
    ownershipTime: number,
    maxDeliveries: number,
    reason: string,
  ): Promise<{ readonly taken: TakenEntry[]; readonly more: boolean }> {
    const { streams } = this.list;
    const call = new ScriptCall(this.keys, 'consume.reclaim').add(
      this.consumer,
      ownershipTime,
      maxDeliveries,
      reason,
      max,
    );
    addStreams(call, streams);
    const [left, answer] = await connection.runForBuffers<ReclaimAnswer>(call);
    const taken = answer.map(([place, deliveryCount, entry]) => ({
      stream: streams[place - 1]!,
      entry,
      deliveryCount,
    }));
    return { taken, more: left === 0 };
  }

  private async takeFromOne(
    stream: StreamToRead,
    max: number,
    block: number | undefined,
    isWoken: () => boolean,
  ): Promise<TakenEntry[]> {
    const { group } = this.keys.channel(stream.channel);
    const take = { stream: stream.key, group, consumer: this.consumer, most: max };
    const next = this.settler.flushTaking(this.reader, take);
    let entries = await (next ?? this.readAfterSettling(take, block));
    if (next && entries.length === 0 && block !== undefined && !isWoken())
      entries = await this.reader.read(take, block);
    return entries.map((entry) => ({ stream, entry, deliveryCount: 1 }));
  }

  private readAfterSettling(take: Take, block: number | undefined): Promise<readonly RawEntry[]> {
    return this.reader.inOneWrite(() => {
      this.settler.flushOver(this.reader);
      return this.reader.read(take, block);
    });
  }

  private async takeFromSeveral(
    streams: readonly StreamToRead[],
    max: number,
    block: number | undefined,
    isWoken: () => boolean,
  ): Promise<TakenEntry[]> {
    this.settler.flushOver(this.reader);
    const [found, answer] = await this.lookAtSeveral(this.rotated(streams), max);
    if (found) return answer;
    if (block === undefined || isWoken()) return [];
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
  ): Promise<[true, TakenEntry[]] | [false, { key: string; after: string }[]]> {
    const quotas = quotasOf(this.turn, max);
    const call = new ScriptCall(this.keys, 'intake.take').add(this.consumer, quotas.high, quotas.medium, quotas.low);
    addStreams(call, streams);
    const [found, answer] = await this.reader.runForBuffers<TakeAnswer>(call);
    if (found === 0)
      return [false, answer.map((last, place) => ({ key: streams[place]!.key, after: last.toString() }))];
    const taken = answer.flatMap(([place, entries]) =>
      entries.map((entry) => ({ stream: streams[place - 1]!, entry, deliveryCount: 1 })),
    );
    this.turn += taken.length;
    return [true, taken];
  }

  // Of channels alike in priority each is first in its turn. The script looks at priorities by itself.
  private rotated(streams: readonly StreamToRead[]): readonly StreamToRead[] {
    const order = { high: 0, medium: 1, low: 2 };
    const first = this.calls++ % streams.length;
    const turned = [...streams.slice(first), ...streams.slice(0, first)];
    return turned.toSorted((one, other) => order[one.priority] - order[other.priority]);
  }
}

function addStreams(call: ScriptCall, streams: readonly StreamToRead[]): void {
  call.add(streams.length);
  for (const { channel, priority } of streams) call.add(call.channel(channel), LETTER[priority]);
}
