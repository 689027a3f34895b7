import type { RawEntry, StreamRead } from '../connection/reader.js';
import { type FetchReply, fetchCall } from '../commands/fetch.js';
import type { ActiveStream, ActiveStreams, ChannelLimits } from './active-streams.js';
import type { ConsumerParts } from './consumer-parts.js';
import { quotasOf } from './priority-quotas.js';
import { ReadSizes } from './read-sizes.js';

/** An entry that was given to the consumer. */
export interface TakenEntry {
  readonly stream: ActiveStream;
  readonly entry: RawEntry;
  /** How often it was delivered, with the marks of takeover. */
  readonly deliveries: number;
}

/** A request for entries. */
export interface FetchDemand {
  readonly max: number;
  readonly limits?: ChannelLimits;
  /** How many milliseconds to wait for the first entry; undefined for not at all. */
  readonly block?: number;
  /** Asked before the fetch blocks. */
  readonly isWoken: () => boolean;
}

/**
 * Takes entries from the active streams: never more than asked for, and fewer if they are large. One stream is read with one XREADGROUP.
 * Several are read by a script, because COUNT would apply to each of them. While they are empty, the fetch waits for an entry without
 * taking it.
 */
export class Fetcher {
  private quotaTurn = 0;
  private calls = 0;
  private readonly sizes = new ReadSizes();

  /** @param onProblem called with the problem of a stream that cannot be read. Others are read */
  constructor(
    private readonly parts: Pick<ConsumerParts, 'keys' | 'name' | 'reader' | 'settler'>,
    private readonly streams: ActiveStreams,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** Also sends pending settlements, in the same write. */
  fetch(demand: FetchDemand): Promise<TakenEntry[]> {
    const streams = this.streams.within(demand.limits);
    if (streams.length === 1) return this.fetchFromOne(streams[0]!, demand);
    return this.parts.reader.inOneWrite(() => this.fetchFromSeveral(streams, demand));
  }

  private async fetchFromOne(
    stream: ActiveStream,
    { max, limits, block, isWoken }: FetchDemand,
  ): Promise<TakenEntry[]> {
    const { keys, name: consumer, reader, settler } = this.parts;
    const { group } = keys.channel(stream.channel);
    const most = this.sizes.mostOf(stream.key, Math.min(max, limits?.get(stream.channel) ?? max));
    const read = { stream: stream.key, group, consumer, most };
    const fetched = settler.acknowledgeAndFetch(reader, read);
    let entries = await (fetched ?? this.readAfterSettling(read, block));
    if (fetched && entries.length === 0 && block !== undefined && !isWoken()) entries = await reader.read(read, block);
    return this.taken(stream, entries);
  }

  private readAfterSettling(read: StreamRead, block: number | undefined): Promise<readonly RawEntry[]> {
    const { reader, settler } = this.parts;
    return reader.inOneWrite(() => {
      settler.flushOver(reader);
      return reader.read(read, block);
    });
  }

  private async fetchFromSeveral(
    streams: readonly ActiveStream[],
    { max, limits, block, isWoken }: FetchDemand,
  ): Promise<TakenEntry[]> {
    const { keys, name: consumer, reader, settler } = this.parts;
    settler.flushOver(reader);
    const ordered = this.rotated(streams);
    const quotas = quotasOf(this.quotaTurn, max);
    const mostOf = ({ key }: ActiveStream): number => this.sizes.mostOf(key, max);
    const call = fetchCall({ consumer, streams: ordered, quotas, limits, mostOf }, keys);
    const [found, reply, problems] = await reader.run<FetchReply>(call, { buffers: true });
    for (const problem of problems) if (problem.length > 0) this.onProblem(problem.toString());
    if (found === 1) {
      const taken = reply.flatMap(([number, entries]) => this.taken(ordered[number - 1]!, entries));
      this.quotaTurn += taken.length;
      return taken;
    }
    const ends = ordered.map(({ key }, n) => [key, reply[n]!.toString()] as const);
    const readable = ends.filter(([, after]) => after !== '');
    if (block === undefined || isWoken() || readable.length === 0) return [];
    await reader.awaitEntry(readable, block);
    return [];
  }

  private taken(stream: ActiveStream, entries: readonly RawEntry[]): TakenEntry[] {
    this.sizes.note(stream.key, entries);
    return entries.map((entry) => ({ stream, entry, deliveries: 1 }));
  }

  // Channels of equal priority take turns at being first. The script orders priorities itself.
  private rotated(streams: readonly ActiveStream[]): readonly ActiveStream[] {
    const order = { high: 0, medium: 1, low: 2 };
    const first = this.calls++ % streams.length;
    const turned = [...streams.slice(first), ...streams.slice(0, first)];
    return turned.toSorted((one, other) => order[one.priority] - order[other.priority]);
  }
}
