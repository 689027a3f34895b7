import BeeQueue from 'bee-queue';
import type { Message } from '../payload.js';
import type { QueueSettings, Subject } from './subject.js';

const QUEUE = 'notes';

/** Delayed jobs are raised when they are due, and not together with others that are due a second later (its default). */
const DEBOUNCE = 1;

/**
 * bee-queue at its best settings: no events and no job objects kept in the process, jobs removed when they are done,
 * `saveAll` for many, scripts loaded in advance. It stores no results: it publishes them.
 */
export const subject: Subject = {
  async produce(settings) {
    const queue = await open(settings, false);
    return {
      send: (note) => queue.createJob(note).save(),
      sendAll: (notes) => saveAll(queue, notes),
      sendDelayed: (note, delay) => {
        const job = queue.createJob(note);
        return job.delayUntil(Date.now() + delay).save();
      },
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.checkHealth();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  async work(settings, handler) {
    const queue = await open(settings, true);
    let settled = 0;
    queue.on('succeeded', () => (settled += 1));
    const add = async (message: Message) => void (await queue.createJob(message).save());
    queue.process(settings.concurrency, async ({ data }) => handler.handle(data, add));
    return { settled: () => settled, close: () => queue.close() };
  },
};

function open({ url, isDelayed = false }: QueueSettings, isWorker: boolean): Promise<BeeQueue<Message>> {
  const queue = new BeeQueue<Message>(QUEUE, {
    redis: { url },
    isWorker,
    activateDelayedJobs: isWorker && isDelayed,
    delayedDebounce: DEBOUNCE,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  });
  return queue.ready();
}

async function saveAll(queue: BeeQueue<Message>, messages: readonly Message[]): Promise<void> {
  const errors = await queue.saveAll(messages.map((message) => queue.createJob(message)));
  for (const error of errors.values()) throw error;
}
