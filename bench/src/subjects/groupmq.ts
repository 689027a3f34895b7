import { Queue, Worker, type QueueOptions } from 'groupmq';
import { Redis } from 'ioredis';
import { isEnd, type Link } from '../links.js';
import type { Note } from '../payload.js';
import type { Place, RunningWorker, Sending, Subject } from './subject.js';
import type { Way } from './way.js';

const NAMESPACE = 'notes';

/** How many it gathers before it sends them, and how long it waits for more, in milliseconds. */
const BATCH = { size: 100, maxWaitMs: 1 };

/** More than are ever done in one run. */
const ALL = 10_000_000;

/** How often it looks for jobs that are due, and how long nobody else does meanwhile, in milliseconds. */
const LOOK_EVERY = 1;

/** Longer than any run. */
const NEVER = 3_600_000;

/** A step adds the next one, of the same group, before it ends. */
const byHand: Way = {
  async start(place) {
    const queue = open<Link>(place, 'bulk');
    return {
      chains: (first) => Promise.all(first.map((link) => addLink(queue, place, link))),
      close: () => queue.close(),
    };
  },

  async work(place, { next }) {
    const queue = open<Link>(place, 'in flight');
    return workOn(queue, place, async (link) => {
      const following = next(link);
      if (!isEnd(following)) await addLink(queue, place, following);
    });
  },
};

/**
 * groupmq at its best settings: as many groups as the worker runs at once, since it runs those of a group one after the
 * other, and a job that ends hands on to the next of its group; delayed jobs have a group each, since one waits for those
 * before it in its group, however long they are delayed; adds are batched where many are under way, finished jobs
 * are kept only where results are measured. Its periodic cleanup is off; where jobs are delayed it is never due, since
 * nobody looks for them without it.
 */
export const groupmq: Subject = {
  async produce(place, sending) {
    const queue = open<Note>(place, sending);
    const groupOf = ({ id }: Note) => groupFor(id, place);
    return {
      send: (note) => queue.add({ groupId: groupOf(note), data: note }),
      sendAll: (notes) => Promise.all(notes.map((note) => queue.add({ groupId: groupOf(note), data: note }))),
      sendLater: (note, delay) => queue.add({ groupId: groupOf(note), data: note, delay }),
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.getJobCounts();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  async work(place, handle) {
    const queue = open<Note>(place, 'one at a time');
    return workOn(queue, place, handle);
  },

  ways: { 'by hand': byHand },
};

function addLink(queue: Queue<Link>, place: Place, link: Link): Promise<unknown> {
  return queue.add({ groupId: groupFor(link.chain, place), data: link });
}

function groupFor(id: number, { concurrency, isDelayed }: Place): string {
  return String(isDelayed ? id : id % concurrency);
}

function workOn<Body>(queue: Queue<Body>, place: Place, handle: (body: Body) => unknown): RunningWorker {
  let settled = 0;
  const worker = new Worker<Body>({
    queue,
    concurrency: place.concurrency,
    ...(place.isDelayed
      ? { enableCleanup: true, cleanupIntervalMs: NEVER, schedulerIntervalMs: LOOK_EVERY }
      : { enableCleanup: false }),
    handler: async ({ data }) => handle(data),
  });
  worker.on('completed', () => void (settled += 1));
  const work = worker.run();
  return {
    settled: () => settled,
    async close() {
      await worker.close();
      await work;
      await queue.close();
    },
  };
}

function open<Body>({ url, variant }: Place, sending: Sending): Queue<Body> {
  const options: QueueOptions = {
    redis: new Redis(url, { maxRetriesPerRequest: null }),
    namespace: NAMESPACE,
    keepCompleted: variant === 'result' ? ALL : 0,
    schedulerLockTtlMs: LOOK_EVERY,
  };
  return new Queue<Body>({ ...options, ...(sending !== 'one at a time' && { autoBatch: BATCH }) });
}
