import { Redis } from 'ioredis';
import type { Note } from '../payload.js';
import type { Handle, Subject } from './subject.js';

const STREAM = 'notes';
const GROUP = 'workers';

/** How long a read waits before it looks whether the worker is to end, in milliseconds. */
const BLOCK = 100;

/**
 * Redis Streams by ioredis, with nothing around them: no fence, no retries, no takeover. What Redis and Node can do at
 * best: adds in one pipeline, and for each batch one acknowledgement that shares its way with the next read.
 */
export const raw: Subject = {
  async produce({ url }, sending) {
    const redis = new Redis(url, { enableAutoPipelining: sending === 'in flight' });
    return {
      send: (note) => redis.xadd(STREAM, '*', 'note', JSON.stringify(note)),
      async sendAll(notes) {
        const pipeline = redis.pipeline();
        for (const note of notes) pipeline.xadd(STREAM, '*', 'note', JSON.stringify(note));
        for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
      },
      left: () => redis.xlen(STREAM),
      close: async () => void (await redis.quit()),
    };
  },

  async work({ url, concurrency }, handle) {
    const redis = new Redis(url);
    await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    const loop = new Loop(redis, concurrency, handle);
    const work = loop.run();
    return {
      settled: () => loop.settled,
      async close() {
        loop.isClosing = true;
        await work;
        await redis.quit();
      },
    };
  },
};

type Entry = [id: string, fields: string[]];

class Loop {
  settled = 0;
  isClosing = false;

  constructor(
    private readonly redis: Redis,
    private readonly count: number,
    private readonly handle: Handle,
  ) {}

  async run(): Promise<void> {
    let next = this.read();
    for (let entries = await next; entries.length > 0 || !this.isClosing; entries = await next) {
      for (const [, [, body]] of entries) this.handle(JSON.parse(body!) as Note);
      if (entries.length > 0) this.settle(entries.map(([id]) => id));
      next = this.isClosing ? Promise.resolve([]) : this.read();
    }
  }

  /** Not awaited: the read that follows on this connection is answered after it. */
  private settle(ids: string[]): void {
    void this.redis.xack(STREAM, GROUP, ...ids);
    void this.redis.xdel(STREAM, ...ids).then((deleted) => (this.settled += deleted));
  }

  private async read(): Promise<Entry[]> {
    const { redis, count } = this;
    const reply = await redis.xreadgroup(
      ...(['GROUP', GROUP, 'worker', 'COUNT', count, 'BLOCK', BLOCK, 'STREAMS', STREAM, '>'] as const),
    );
    return (reply as [string, Entry[]][] | null)?.[0]?.[1] ?? [];
  }
}
