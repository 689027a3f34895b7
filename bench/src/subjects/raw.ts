import { Redis } from 'ioredis';
import type { Message } from '../payload.js';
import type { Handler, RunningWorker, Subject } from './subject.js';

const STREAM = 'notes';
const GROUP = 'workers';

/** How long a read waits before it checks whether the worker is closing, in milliseconds. */
const BLOCK = 100;

/**
 * Redis Streams with ioredis, without any guarantee: no fence, no retries, no takeover. Adds go in one pipeline. Those in
 * flight go in ioredis' own, which sends the next batch after the reply to the previous one. Each batch is acknowledged once, in
 * the same round trip as the next read; the next steps of chains are added there, too.
 */
export const raw: Subject = {
  async produce({ url }, sending) {
    const redis = new Redis(url, { enableAutoPipelining: sending === 'in flight' });
    return {
      send: (note) => redis.xadd(STREAM, '*', 'note', JSON.stringify(note)),
      sendAll: (notes) => addAll(redis, notes),
      left: () => redis.xlen(STREAM),
      close: async () => void (await redis.quit()),
    };
  },

  async work({ url, concurrency }, handler) {
    const redis = new Redis(url);
    await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    return new StreamWorker(redis, concurrency, handler);
  },
};

async function addAll(redis: Redis, messages: readonly Message[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const message of messages) pipeline.xadd(STREAM, '*', 'note', JSON.stringify(message));
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

type Entry = [id: string, fields: string[]];

class StreamWorker implements RunningWorker {
  private deleted = 0;
  private isClosing = false;
  private readonly ended: Promise<void>;

  constructor(
    private readonly redis: Redis,
    private readonly count: number,
    private readonly handler: Handler,
  ) {
    this.ended = this.run();
  }

  settled(): number {
    return this.deleted;
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await this.ended;
    await this.redis.quit();
  }

  private async run(): Promise<void> {
    let next = this.read();
    for (let entries = await next; entries.length > 0 || !this.isClosing; entries = await next) {
      const added: Message[] = [];
      const add = (message: Message) => added.push(message);
      for (const [, [, text]] of entries) this.handler.handle(JSON.parse(text!) as Message, add);
      if (added.length > 0) void addAll(this.redis, added);
      if (entries.length > 0) this.settle(entries.map(([id]) => id));
      next = this.isClosing ? Promise.resolve([]) : this.read();
    }
  }

  /** Not awaited: Redis replies to the next read of this connection after it. */
  private settle(ids: string[]): void {
    void this.redis.xack(STREAM, GROUP, ...ids);
    void this.redis.xdel(STREAM, ...ids).then((deleted) => (this.deleted += deleted));
  }

  private async read(): Promise<Entry[]> {
    const reply = await this.redis.xreadgroup(
      ...(['GROUP', GROUP, 'worker', 'COUNT', this.count, 'BLOCK', BLOCK, 'STREAMS', STREAM, '>'] as const),
    );
    return (reply as [string, Entry[]][] | null)?.[0]?.[1] ?? [];
  }
}
