import { Queue, Worker } from 'groupmq';
import { Redis } from 'ioredis';
import type { Message } from '../payload.js';
import type { QueueSettings, Sending, Subject } from './subject.js';

const NAMESPACE = 'notes';

/** How many adds it gathers before it sends them, and how long it waits for more, in milliseconds. */
const BATCH = { size: 100, maxWaitMs: 1 };

/** More jobs than are ever done in one run. */
const ALL = 10_000_000;

/** The interval of the check for due jobs, and how long it excludes other workers, in milliseconds. */
const POLL_INTERVAL = 1;

/** Longer than any run, in milliseconds. */
const NEVER = 3_600_000;

/**
 * groupmq at its best settings: as many groups as the worker's concurrency, since it runs the jobs of a group one after the
 * other. Each delayed job has its own group, since a job waits for all earlier jobs of its group, however long they
 * are delayed. Adds are batched if many are in flight, as from handlers. Finished jobs are kept
 * only if results are measured. Its periodic cleanup is off; if jobs are delayed it is on but never due, since without
 * it nothing checks for delayed jobs.
 */
export const subject: Subject = {
  async produce(settings, sending) {
    const queue = open(settings, sending);
    const add = adder(queue, settings);
    return {
      send: add,
      sendAll: (notes) => Promise.all(notes.map((note) => add(note))),
      sendDelayed: add,
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.getJobCounts();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  async work(settings, handler) {
    const queue = open(settings, '100 in flight');
    const addNow = adder(queue, settings);
    const add = async (message: Message) => void (await addNow(message));
    let settled = 0;
    const worker = new Worker<Message>({
      queue,
      concurrency: settings.concurrency,
      ...(settings.isDelayed
        ? { enableCleanup: true, cleanupIntervalMs: NEVER, schedulerIntervalMs: POLL_INTERVAL }
        : { enableCleanup: false }),
      handler: async ({ data }) => handler.handle(data, add),
    });
    worker.on('completed', () => void (settled += 1));
    const running = worker.run();
    return {
      settled: () => settled,
      async close() {
        await worker.close();
        await running;
        await queue.close();
      },
    };
  },
};

function adder(queue: Queue<Message>, { concurrency, isDelayed }: QueueSettings) {
  return (data: Message, delay?: number): Promise<unknown> =>
    queue.add({ groupId: String(isDelayed ? data.id : data.id % concurrency), data, delay });
}

function open({ url, variant }: QueueSettings, sending: Sending): Queue<Message> {
  return new Queue<Message>({
    redis: new Redis(url, { maxRetriesPerRequest: null }),
    namespace: NAMESPACE,
    keepCompleted: variant === 'result' ? ALL : 0,
    schedulerLockTtlMs: POLL_INTERVAL,
    ...(sending !== 'one at a time' && { autoBatch: BATCH }),
  });
}
