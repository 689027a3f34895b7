import { Redis } from 'ioredis';
import type { Message } from '../payload.js';
import type { Subject } from './subject.js';

const STREAM = 'notes';
const GROUP = 'workers';

/** How long a read waits before it checks whether the worker is closing, in milliseconds. */
const BLOCK = 100;

/**
 * Redis Streams with ioredis, without any guarantee: no fence, no retries, no takeover. Adds go in one pipeline. Those in
 * flight go in ioredis' own, which sends the next batch after the reply to the previous one. Each batch is acknowledged once, in
 * the same round trip as the next read; the next steps of chains are added there, too.
 */
export const subject: Subject = {
  async produce({ url }, sending) {
    const redis = new Redis(url, { enableAutoPipelining: sending === '100 in flight' });
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
    let settled = 0;
    let isClosing = false;
    const run = async (): Promise<void> => {
      while (!isClosing) {
        const entries = await read(redis, concurrency);
        const added: Message[] = [];
        for (const { message } of entries) handler.handle(message, (next) => added.push(next));
        if (added.length > 0) void addAll(redis, added);
        if (entries.length > 0) void remove(redis, entries).then((removed) => (settled += removed));
      }
    };
    const ended = run();
    return {
      settled: () => settled,
      async close() {
        isClosing = true;
        await ended;
        await redis.quit();
      },
    };
  },
};

interface Entry {
  readonly id: string;
  readonly message: Message;
}

async function addAll(redis: Redis, messages: readonly Message[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const message of messages) pipeline.xadd(STREAM, '*', 'note', JSON.stringify(message));
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

async function read(redis: Redis, count: number): Promise<Entry[]> {
  const reply = await redis.xreadgroup(
    ...(['GROUP', GROUP, 'worker', 'COUNT', count, 'BLOCK', BLOCK, 'STREAMS', STREAM, '>'] as const),
  );
  const entries = (reply as [string, [id: string, fields: string[]][]][] | null)?.[0]?.[1] ?? [];
  return entries.map(([id, [, text]]) => ({ id, message: JSON.parse(text!) as Message }));
}

/** Not awaited: Redis replies to the next read of this connection after it. */
function remove(redis: Redis, entries: readonly Entry[]): Promise<number> {
  const ids = entries.map(({ id }) => id);
  void redis.xack(STREAM, GROUP, ...ids);
  return redis.xdel(STREAM, ...ids);
}
