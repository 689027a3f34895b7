import { DEFAULTS as CORE_DEFAULTS, type Priority, REPLY_CHANNELS } from '@repid/core';

/** How the keys of a channel end, in the order in which the script expects them. */
export const CHANNEL_ENDINGS = {
  high: ':high',
  medium: '',
  low: ':low',
  deadLetters: ':dlq',
  delayed: ':delayed',
  delayedMessages: ':delayed:messages',
  waiting: ':waiting',
  waitingMessages: ':waiting:messages',
  paused: ':paused',
  group: ':group',
  control: ':control',
  consumers: ':consumers',
} as const;

/** The field of a channel's `paused` that names the pause. */
export const PAUSE_EPOCH = 'epoch';

/** How the scripts call the keys of a channel. */
export const CHANNEL_FIELDS: Readonly<Record<keyof typeof CHANNEL_ENDINGS, string>> = {
  high: 'h',
  medium: 'm',
  low: 'l',
  deadLetters: 'dlq',
  delayed: 'delayed',
  delayedMessages: 'messages',
  waiting: 'waiting',
  waitingMessages: 'waiting_messages',
  paused: 'paused',
  group: 'group',
  control: 'control',
  consumers: 'consumers',
};

/** The keys of the whole connection, after the prefix and its colon. */
export const OF_CONNECTION = {
  jobs: ':jobs',
  probe: ':probe',
} as const;

/** How the keys beside a bucket begin, after the prefix and its colon. */
export const BESIDE_BUCKETS = {
  awaited: ':awaited',
  waiters: ':waiters:',
  clients: ':clients:',
  anyClient: ':clients',
  skipped: ':skipped-for:',
} as const;

/** True for channels that go by themselves, soon after those who ask have gone: they are not written down. */
export function isPassing(channel: string): boolean {
  return channel.startsWith(REPLY_CHANNELS);
}

/** The keys of one channel, and the two names that go with them. */
export interface ChannelKeys {
  /** Streams with what is queued and running, by priority. */
  readonly streams: Readonly<Record<Priority, string>>;
  /** Stream: dead letters, with the reason and where they came from. */
  readonly deadLetters: string;
  /** Zset: `<stamp>:<job id>`, without the id for a bare message -> when it is due, in milliseconds since the epoch. Stamps are as long as each other, and in order. */
  readonly delayed: string;
  /** Hash: the same -> the delayed message. */
  readonly delayedMessages: string;
  /** Zset: job id -> until when it waits for buckets, in milliseconds since the epoch. */
  readonly waiting: string;
  /** Hash: job id -> the message that waits for a single bucket, where it is not the first to do so. */
  readonly waitingMessages: string;
  /** Hash: there while the channel is paused. The field `epoch` names the pause; the others, stream -> what its group was given last. */
  readonly paused: string;
  /** Hash: consumer -> when it was last seen, in milliseconds since the epoch, and the pause that it has confirmed, after a space. It expires soon after the last was seen. */
  readonly consumers: string;
  /** Consumer group, the same on each of the streams. */
  readonly group: string;
  /** Pub/sub channel: what consumers have to know at once. */
  readonly control: string;
  /** All of the above, in the order in which the script expects them. */
  readonly forScript: readonly string[];
}

/**
 * The only place that makes a key. Names of streams, groups and dead letters are those of the Python library repid 2.x.
 * Channel names hold no colon and none is empty or `bucket`, so a key never means two things: what is neither a channel's
 * nor a bucket has two colons after the prefix.
 */
export class Keys {
  /** Set: the channels ever used, save those that replies come back on. */
  readonly channels: string;
  /** Hash: job id -> where the job is, whatever its channel. Not written for bare messages. */
  readonly jobs: string;
  /** Never there: it is deleted to see whether the server takes writes, that is, is the master. */
  readonly probe: string;
  /** Hash: bucket id -> who waits for it: `+` where `waiters` are there, then the first message that waits for it alone. */
  readonly awaited: string;
  /** How the keys of all buckets begin. */
  readonly bucketStart: string;
  /** How the pub/sub channels of clients that wait for buckets begin. */
  readonly clientStart: string;
  /** How the keys of all channels begin. */
  readonly channelStart: string;
  /** How the keys of all jobs that wait for buckets begin. */
  readonly waitingStart: string;
  /** How the keys of all jobs that were skipped begin. */
  readonly skippedStart: string;
  private readonly known = new Map<string, ChannelKeys>();

  /**
   * @param prefix how every key begins; on a cluster a hash tag, so that all lie in one slot
   * @param letters how many dead letters a channel keeps, and for how many milliseconds: scripts are told so with the keys
   */
  constructor(
    readonly prefix: string,
    readonly letters: { readonly maxCount: number; readonly maxAge: number } = CORE_DEFAULTS.deadLetters,
  ) {
    this.channels = `${prefix}::channels`;
    this.jobs = `${prefix}:${OF_CONNECTION.jobs}`;
    this.probe = `${prefix}:${OF_CONNECTION.probe}`;
    this.awaited = `${prefix}:${BESIDE_BUCKETS.awaited}`;
    this.bucketStart = `${prefix}:bucket:`;
    this.clientStart = `${prefix}::client:`;
    this.channelStart = `${prefix}:`;
    this.waitingStart = `${prefix}::waiting:`;
    this.skippedStart = `${prefix}::skipped:`;
  }

  /** String: a bucket as JSON, with its TTL. */
  bucket(id: string): string {
    return `${this.bucketStart}${id}`;
  }

  /** Set: the jobs that wait for the bucket or have yet to read it, as `<channel>:<job id>`, beside the first that waits for it alone. It does not expire before the last has left. */
  waiters(id: string): string {
    return `${this.channelStart}${BESIDE_BUCKETS.waiters}${id}`;
  }

  /** Set: the clients that wait for the bucket. */
  clients(id: string): string {
    return `${this.channelStart}${BESIDE_BUCKETS.clients}${id}`;
  }

  /** Set: the jobs that were skipped because of the bucket, as `<channel>:<job id>`. It expires with the last of them. */
  skippedFor(id: string): string {
    return `${this.channelStart}${BESIDE_BUCKETS.skipped}${id}`;
  }

  /** Hash: what a job waits for, or has yet to read; while it waits, also its message. */
  waiting(channel: string, jobId: string): string {
    return `${this.waitingStart}${channel}:${jobId}`;
  }

  /** Hash: a job that was skipped, to be brought back. It expires with the result that says so. */
  skipped(channel: string, jobId: string): string {
    return `${this.skippedStart}${channel}:${jobId}`;
  }

  /** Pub/sub channel: tells a client that a bucket it waits for is there. */
  client(id: string): string {
    return `${this.clientStart}${id}`;
  }

  channel(name: string): ChannelKeys {
    let keys = this.known.get(name);
    if (!keys) this.known.set(name, (keys = channelKeys(`${this.channelStart}${name}`)));
    return keys;
  }
}

function channelKeys(start: string): ChannelKeys {
  const key = (name: keyof typeof CHANNEL_ENDINGS): string => `${start}${CHANNEL_ENDINGS[name]}`;
  return {
    streams: { high: key('high'), medium: key('medium'), low: key('low') },
    deadLetters: key('deadLetters'),
    delayed: key('delayed'),
    delayedMessages: key('delayedMessages'),
    waiting: key('waiting'),
    waitingMessages: key('waitingMessages'),
    paused: key('paused'),
    group: key('group'),
    control: key('control'),
    consumers: key('consumers'),
    forScript: Object.values(CHANNEL_ENDINGS).map((ending) => start + ending),
  };
}
