import { DEFAULTS as CORE_DEFAULTS, type Priority, REPLY_CHANNELS } from '@repid/core';

/** The letters that scripts have for priorities. */
export const LETTER = { high: 'h', medium: 'm', low: 'l' } as const satisfies Record<Priority, string>;

/**
 * The endings of a channel's names. A new key is one line here: scripts are generated with it, and have its name in snake_case. Streams
 * have their priority's letter instead.
 */
export const CHANNEL_ENDINGS = {
  /** Streams: queued and running messages, by priority. */
  high: ':high',
  medium: '',
  low: ':low',
  /** Stream: dead letters, with the reason and the stream that they came from. */
  deadLetters: ':dlq',
  /**
   * Zset: `<stamp>:<job id>`, without the id for a bare message -> when it is due, in milliseconds since the epoch. Stamps have equal
   * length and are in order.
   */
  delayed: ':delayed',
  /** Hash: the same -> the delayed message. */
  delayedMessages: ':delayed:messages',
  /** Zset: job id -> until when it waits for buckets, in milliseconds since the epoch. */
  waiting: ':waiting',
  /** Hash: job id -> the message that waits for one bucket, unless it is the first to do so. */
  waitingMessages: ':waiting:messages',
  /** Hash that exists while the channel is paused: `epoch` -> the name of the pause; stream -> the last entry that its group was given. */
  paused: ':paused',
  /**
   * Hash: consumer -> when it was last seen, in milliseconds since the epoch; a space; and the pause that it has confirmed. It expires soon
   * after the last consumer was seen.
   */
  consumers: ':consumers',
  /** No key: the consumer group, the same on each stream. */
  group: ':group',
  /** No key: the pub/sub channel that consumers listen to. */
  control: ':control',
} as const;

/** The names of a channel that are no keys. */
export const NOT_STORED: readonly string[] = ['group', 'control'];

/** The field of a channel's `paused` that names the pause. */
export const PAUSE_EPOCH = 'epoch';

/** The other keys, after the prefix and its colon. An id follows those that end with a colon. */
export const ENDINGS = {
  /** Set: the channels ever used, without those for replies. */
  channels: ':channels',
  /** Hash: job id -> its location. Not written for bare messages. */
  jobs: ':jobs',
  /** Never exists. It is deleted to see whether the server takes writes. */
  probe: ':probe',
  /** Hash: bucket id -> its waiters, see lua/lib/buckets.lua. */
  awaited: ':awaited',
  /** Exists while any client waits for any bucket. */
  anyClient: ':clients',
  /** String: a bucket as JSON, with its ttl. */
  bucket: 'bucket:',
  /**
   * Set: the jobs that wait for the bucket or have yet to read it, as `<channel>:<job id>`. The first that waits for it alone is not in it.
   * The bucket does not expire before the last has left.
   */
  waiters: ':waiters:',
  /** Set: the clients that wait for the bucket. */
  clients: ':clients:',
  /** Set: the jobs that were skipped because of the bucket, as `<channel>:<job id>`. It expires with the last of them. */
  skippedFor: ':skipped-for:',
  /** Hash: the record of a job that waits for several buckets, or has yet to read its buckets, see lua/lib/blocked/record.lua. */
  waitingRecord: ':waiting:',
  /** Hash: the record of a skipped job. It expires with the result that says so. */
  skippedRecord: ':skipped:',
  /** Pub/sub channel: tells a client that a bucket it waits for is stored. */
  client: ':client:',
} as const;

/** True for channels of replies, which expire soon after the client has gone: they are not listed. */
export function isTemporary(channel: string): boolean {
  return channel.startsWith(REPLY_CHANNELS);
}

/** The names of one channel. */
export type ChannelKeys = Readonly<Record<Exclude<keyof typeof CHANNEL_ENDINGS, Priority>, string>> & {
  readonly streams: Readonly<Record<Priority, string>>;
  /** All of them, in the order of CHANNEL_ENDINGS, which scripts expect. */
  readonly all: readonly string[];
};

/**
 * The only place that makes a key. Names of streams, groups and dead letters are those of the Python library repid 2.x.
 * Channel names hold no colon and none is empty or `bucket`, so a key never means two things: the keys of neither a channel
 * nor a bucket have two colons after the prefix.
 */
export class Keys {
  /** The start of every key. */
  readonly start: string;
  readonly channels: string;
  readonly jobs: string;
  readonly probe: string;
  private readonly known = new Map<string, ChannelKeys>();

  /**
   * @param prefix the start of every key; on a cluster a hash tag, so that all lie in one slot
   * @param letters how many dead letters a channel keeps, and for how many milliseconds: passed to scripts with the keys
   */
  constructor(
    readonly prefix: string,
    readonly letters: { readonly maxCount: number; readonly maxAge: number } = CORE_DEFAULTS.deadLetters,
  ) {
    this.start = `${prefix}:`;
    this.channels = this.start + ENDINGS.channels;
    this.jobs = this.start + ENDINGS.jobs;
    this.probe = this.start + ENDINGS.probe;
  }

  bucket(id: string): string {
    return this.start + ENDINGS.bucket + id;
  }

  clients(bucketId: string): string {
    return this.start + ENDINGS.clients + bucketId;
  }

  client(id: string): string {
    return this.start + ENDINGS.client + id;
  }

  channel(name: string): ChannelKeys {
    let keys = this.known.get(name);
    if (!keys) this.known.set(name, (keys = channelKeys(this.start + name)));
    return keys;
  }
}

function channelKeys(start: string): ChannelKeys {
  const entries = Object.entries(CHANNEL_ENDINGS).map(([name, ending]) => [name, start + ending] as const);
  const { high, medium, low, ...others } = Object.fromEntries(entries) as Record<keyof typeof CHANNEL_ENDINGS, string>;
  return { ...others, streams: { high, medium, low }, all: entries.map(([, key]) => key) };
}
