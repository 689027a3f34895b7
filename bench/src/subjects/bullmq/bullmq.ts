import { Queue, Worker } from 'bullmq';
import type { Note } from '../../payload.js';
import type { Outcome, Place, Producer, Subject } from '../subject.js';
import { byFlows, byHand } from './ways.js';
import { connectionTo, QUEUE } from './connection.js';
import { workerOptionsFor } from './worker-options.js';

const JOB = 'take';

/**
 * BullMQ at its best settings: jobs are removed when they are done, and kept with what they returned only where results
 * are measured; `addBulk` for many; the next job is fetched by the script that ends the one before, and events go to a
 * stream that is trimmed to about 10,000 (its defaults).
 */
export const bullmq: Subject = {
  produce: produceByBullmq,

  async work(place, handle) {
    let settled = 0;
    const worker = new Worker<Note, Outcome>(QUEUE, async ({ data }) => handle(data), {
      connection: connectionTo(place),
      ...workerOptionsFor(place),
    });
    worker.on('completed', () => (settled += 1));
    await worker.waitUntilReady();
    return { settled: () => settled, close: () => worker.close() };
  },

  ways: { 'by hand': byHand, FlowProducer: byFlows },
};

/** The same for a worker within Nest. */
export async function produceByBullmq(place: Place): Promise<Producer> {
  const queue = new Queue<Note, Outcome>(QUEUE, { connection: connectionTo(place) });
  await queue.waitUntilReady();
  return {
    send: (note) => queue.add(JOB, note),
    sendAll: (notes) => queue.addBulk(notes.map((data) => ({ name: JOB, data }))),
    sendLater: (note, delay) => queue.add(JOB, note, { delay }),
    left: () => queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized', 'failed'),
    close: () => queue.close(),
  };
}
