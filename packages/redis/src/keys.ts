import type { Priority } from '@repid/core';

/** The keys of one channel, and the two names that go with them. */
export interface ChannelKeys {
  /** Streams with what is queued and running, by priority. */
  readonly streams: Readonly<Record<Priority, string>>;
  /** Stream: dead letters, with the reason and where they came from. */
  readonly deadLetters: string;
  /** Zset: job id -> when it is due, in milliseconds since the epoch. */
  readonly delayed: string;
  /** Hash: job id -> the delayed message. */
  readonly delayedMessages: string;
  /** Hash: job id -> where the job is. Not written for bare messages. */
  readonly index: string;
  /** String: there while the channel is paused. */
  readonly paused: string;
  /** Consumer group, the same on each of the streams. */
  readonly group: string;
  /** Pub/sub channel: what consumers have to know at once. */
  readonly control: string;
  /** All of the above, in the order in which the script expects them. */
  readonly forScript: readonly string[];
}

/**
 * The only place that makes a key. Names of streams, groups and dead letters are those of the Python library repid 2.x.
 * Channel names hold no colon, so a key never means two things.
 */
export class Keys {
  /** Set: the channels ever used. */
  readonly channels: string;
  /** How the keys of all buckets begin. */
  readonly bucketStart: string;
  /** How the pub/sub channels of clients that wait for buckets begin. */
  readonly clientStart: string;
  private readonly known = new Map<string, ChannelKeys>();

  /** @param prefix how every key begins; on a cluster a hash tag, so that all lie in one slot */
  constructor(readonly prefix: string) {
    this.channels = `${prefix}:channels`;
    this.bucketStart = `${prefix}:bucket:`;
    this.clientStart = `${prefix}:client:`;
  }

  /** String: a bucket as JSON, with its TTL. */
  bucket(id: string): string {
    return `${this.bucketStart}${id}`;
  }

  /** Set: who waits for the bucket. */
  waiters(id: string): string {
    return `${this.bucketStart}${id}:waiters`;
  }

  /** Pub/sub channel: tells a client that a bucket it waits for is there. */
  client(id: string): string {
    return `${this.clientStart}${id}`;
  }

  /** String: written for a moment, to see whether two connections lead to the same place. */
  probe(id: string): string {
    return `${this.prefix}:probe:${id}`;
  }

  channel(name: string): ChannelKeys {
    let keys = this.known.get(name);
    if (!keys) this.known.set(name, (keys = channelKeys(`${this.prefix}:${name}`)));
    return keys;
  }
}

function channelKeys(start: string): ChannelKeys {
  const keys = {
    streams: { high: `${start}:high`, medium: start, low: `${start}:low` },
    deadLetters: `${start}:dlq`,
    delayed: `${start}:delayed`,
    delayedMessages: `${start}:delayed:messages`,
    index: `${start}:index`,
    paused: `${start}:paused`,
    group: `${start}:group`,
    control: `${start}:control`,
  };
  return { ...keys, forScript: [keys.streams.high, keys.streams.medium, keys.streams.low, ...inOrder(keys)] };
}

function inOrder(keys: Omit<ChannelKeys, 'forScript'>): string[] {
  return [keys.deadLetters, keys.delayed, keys.delayedMessages, keys.index, keys.paused, keys.group, keys.control];
}
