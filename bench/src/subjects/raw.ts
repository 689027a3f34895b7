import { Redis } from 'ioredis';
import { isEnd, type Link } from '../links.js';
import type { Note } from '../payload.js';
import type { Place, RunningWorker, Subject } from './subject.js';
import type { Way } from './way.js';

const STREAM = 'notes';
const GROUP = 'workers';

/** How long a read waits before it looks whether the worker is to end, in milliseconds. */
const BLOCK = 100;

/** The next step is added together with the acknowledgement of the one before. */
const byHand: Way = {
  async start({ url }) {
    const redis = new Redis(url);
    return { chains: (first) => addAll(redis, first), close: async () => void (await redis.quit()) };
  },

  work: (place, { next }) =>
    workAt<Link>(place, (link) => {
      const following = next(link);
      return isEnd(following) ? undefined : following;
    }),
};

/**
 * Redis Streams by ioredis, with nothing around them: no fence, no retries, no takeover. Adds go in one pipeline, those in
 * flight in ioredis' own, which sends the next when the last are answered; for each batch there is one acknowledgement that
 * shares its way with the next read.
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

  work: (place, handle) => workAt<Note>(place, (note) => void handle(note)),

  ways: { 'by hand': byHand },
};

async function addAll(redis: Redis, bodies: readonly unknown[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const body of bodies) pipeline.xadd(STREAM, '*', 'note', JSON.stringify(body));
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

/** @param handle answers what is to be added next, if anything */
async function workAt<Body>(
  { url, concurrency }: Place,
  handle: (body: Body) => Body | undefined,
): Promise<RunningWorker> {
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
}

type Entry = [id: string, fields: string[]];

class Loop<Body> {
  settled = 0;
  isClosing = false;

  constructor(
    private readonly redis: Redis,
    private readonly count: number,
    private readonly handle: (body: Body) => Body | undefined,
  ) {}

  async run(): Promise<void> {
    let next = this.read();
    for (let entries = await next; entries.length > 0 || !this.isClosing; entries = await next) {
      const following = entries.flatMap(([, [, body]]) => this.handle(JSON.parse(body!) as Body) ?? []);
      if (following.length > 0) void addAll(this.redis, following);
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
