import { Queue, Worker, type QueueOptions } from 'groupmq';
import { Redis } from 'ioredis';
import type { Note } from '../payload.js';
import type { Place, Sending, Subject } from './subject.js';

const NAMESPACE = 'notes';

/** How many it gathers before it sends them, and how long it waits for more, in milliseconds. */
const BATCH = { size: 100, maxWaitMs: 1 };

/** More than are ever done in one run. */
const ALL = 10_000_000;

/**
 * groupmq at its best settings: as many groups as the worker runs at once, since it runs those of a group one after the
 * other, and a job that ends hands on to the next of its group; adds are batched where many are under way, finished jobs are kept only where results are
 * measured, and its periodic cleanup is off.
 */
export const groupmq: Subject = {
  async produce(place, sending) {
    const queue = open(place, sending);
    const send = (note: Note) => queue.add({ groupId: String(note.id % place.concurrency), data: note });
    return {
      send,
      sendAll: (notes) => Promise.all(notes.map(send)),
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.getJobCounts();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  async work(place, handle) {
    let settled = 0;
    const queue = open(place, 'one at a time');
    const worker = new Worker<Note>({
      queue,
      concurrency: place.concurrency,
      enableCleanup: false,
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
  },
};

function open({ url, variant }: Place, sending: Sending): Queue<Note> {
  const options: QueueOptions = {
    redis: new Redis(url, { maxRetriesPerRequest: null }),
    namespace: NAMESPACE,
    keepCompleted: variant === 'result' ? ALL : 0,
  };
  return new Queue<Note>({ ...options, ...(sending !== 'one at a time' && { autoBatch: BATCH }) });
}
