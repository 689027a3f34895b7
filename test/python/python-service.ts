import { Redis } from 'ioredis';

/** A stream entry as read by the Python library. */
interface Received {
  readonly id: string;
  readonly payload: string;
  readonly headers?: string;
  readonly contentType?: string;
  readonly replyTo?: string;
}

/** An actor. The Python library acknowledges the message if the actor does not settle it. */
export type PythonActor = (message: PythonMessage) => unknown;

/**
 * Simulates a service that uses the Python library repid 2.x on Redis: same commands, same order, same keys
 * (repid/connections/redis/message_broker.py).
 */
export class PythonService {
  private readonly redis: Redis;
  private readonly name = `repid-${Math.random().toString(16).slice(2, 10).padEnd(8, '0')}`;

  constructor(url: string) {
    this.redis = new Redis(url);
  }

  /** As `server.publish()`. Undefined fields are not written. */
  async publish(
    channel: string,
    message: { payload: string; headers?: object; contentType?: string; replyTo?: string },
  ): Promise<void> {
    await this.add(streamOf(channel), message.payload, {
      headers: message.headers && JSON.stringify(message.headers),
      content_type: message.contentType,
      reply_to: message.replyTo,
    });
  }

  /** Reads the next entries of the channel, and runs the actor for each. Waits for the first. */
  async consume(channel: string, actor: PythonActor, count = 10): Promise<void> {
    for (const message of await this.read(channel, count)) {
      try {
        await actor(message);
        if (!message.isSettled) await message.ack();
      } catch {
        if (!message.isSettled) await message.nack();
      }
    }
  }

  /** Reads entries without settling them, like a crashed worker. */
  async read(channel: string, count = 10): Promise<PythonMessage[]> {
    await this.open(channel);
    const read = (await this.redis.xreadgroup(
      ...(['GROUP', groupOf(channel), this.name, 'COUNT', count, 'BLOCK', 5000] as const),
      ...(['STREAMS', streamOf(channel), '>'] as const),
    )) as [string, [string, string[]][]][] | null;
    const entries = read?.[0]?.[1] ?? [];
    return entries.map(([id, fields]) => new PythonMessage(this.redis, channel, fieldsIn(id, fields)));
  }

  close(): void {
    this.redis.disconnect();
  }

  private async open(channel: string): Promise<void> {
    await this.redis.xgroup('CREATE', streamOf(channel), groupOf(channel), '0', 'MKSTREAM').catch((error: Error) => {
      if (!error.message.includes('BUSYGROUP')) throw error;
    });
  }

  private async add(key: string, payload: string, more: Record<string, string | undefined>): Promise<void> {
    await this.redis.xadd(key, '*', ...fieldsOf(payload, more));
  }
}

/** A message in flight, with its operations. */
export class PythonMessage {
  isSettled = false;

  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    readonly received: Received,
  ) {}

  /** Sends XACK only: the entry stays in the stream. */
  async ack(): Promise<void> {
    this.isSettled = true;
    await this.redis.xack(streamOf(this.channel), groupOf(this.channel), this.received.id);
  }

  async nack(): Promise<void> {
    this.isSettled = true;
    const { payload, id } = this.received;
    const more = { ...this.more(), original_stream: streamOf(this.channel), original_id: id };
    await this.redis
      .multi()
      .xadd(`${streamOf(this.channel)}:dlq`, '*', ...fieldsOf(payload, more))
      .xack(streamOf(this.channel), groupOf(this.channel), id)
      .exec();
  }

  async reject(): Promise<void> {
    this.isSettled = true;
    await this.redis
      .multi()
      .xadd(streamOf(this.channel), '*', ...fieldsOf(this.received.payload, this.more()))
      .xack(streamOf(this.channel), groupOf(this.channel), this.received.id)
      .exec();
  }

  /** Publishes a reply without headers on the reply channel of the message, and acknowledges the message. */
  async replyJson(payload: unknown): Promise<void> {
    const { replyTo } = this.received;
    if (replyTo === undefined) throw new Error('Reply channel is not set.');
    const fields = fieldsOf(JSON.stringify(payload), { content_type: 'application/json' });
    await this.redis.xadd(streamOf(replyTo), '*', ...fields);
    await this.ack();
  }

  private more(): Record<string, string | undefined> {
    const { headers, contentType, replyTo } = this.received;
    return { headers, content_type: contentType, reply_to: replyTo };
  }
}

function fieldsIn(id: string, fields: readonly string[]): Received {
  const value = (name: string): string | undefined => {
    const index = fields.findIndex((field, n) => n % 2 === 0 && field === name);
    return index < 0 ? undefined : fields[index + 1];
  };
  return {
    id,
    payload: value('payload') ?? '',
    headers: value('headers'),
    contentType: value('content_type'),
    replyTo: value('reply_to'),
  };
}

function fieldsOf(payload: string, more: Record<string, string | undefined>): string[] {
  const given = Object.entries(more).filter((field): field is [string, string] => field[1] !== undefined);
  return ['payload', payload, ...given.flat()];
}

function streamOf(channel: string): string {
  return `repid:${channel}`;
}

function groupOf(channel: string): string {
  return `repid:${channel}:group`;
}
