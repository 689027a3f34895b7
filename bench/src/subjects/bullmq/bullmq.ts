import { Queue } from 'bullmq';
import type { Message } from '../../payload.js';
import type { Producer, QueueSettings, Subject } from '../subject.js';
import { connectionTo, QUEUE, startWorker } from './connection.js';
import { flowProducer } from './flows.js';

const JOB = 'take';

/**
 * BullMQ at its best settings: jobs are removed when they are done, and kept with their return values only if results
 * are measured; `addBulk` for many; the script that ends a job fetches the next one, and events go to a stream that is
 * trimmed to about 10,000 (its defaults).
 */
export const subject: Subject = {
  produce,

  async work(settings, handler) {
    const { send, close } = await produce(settings);
    const worker = await startWorker<Message>(settings, async ({ data }) => handler.handle(data, send));
    return { settled: worker.settled, close: () => worker.close().then(close) };
  },

  chainMethods: { FlowProducer: flowProducer },
};

/** The same for a worker within Nest. */
export async function produce(settings: QueueSettings): Promise<Producer> {
  const queue: Queue<Message> = new Queue(QUEUE, { connection: connectionTo(settings) });
  await queue.waitUntilReady();
  return {
    send: async (note) => void (await queue.add(JOB, note)),
    sendAll: (notes) => queue.addBulk(notes.map((data) => ({ name: JOB, data }))),
    sendDelayed: (note, delay) => queue.add(JOB, note, { delay }),
    left: () => queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized', 'failed'),
    close: () => queue.close(),
  };
}
