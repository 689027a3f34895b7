import BeeQueue from 'bee-queue';
import type { Note } from '../payload.js';
import type { Place, Subject } from './subject.js';

const QUEUE = 'notes';

/**
 * bee-queue at its best settings: no events and no job objects kept in the process, jobs removed when they are done,
 * `saveAll` for many, scripts that are there already. It stores no results: it publishes them to whoever listens.
 */
export const beeQueue: Subject = {
  async produce(place) {
    const queue = open(place, { isWorker: false });
    await queue.ready();
    return {
      send: (note) => queue.createJob(note).save(),
      sendAll: (notes) => saveAll(queue, notes),
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.checkHealth();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  async work(place, handle) {
    let settled = 0;
    const queue = open(place, { isWorker: true });
    await queue.ready();
    queue.on('succeeded', () => (settled += 1));
    queue.process(place.concurrency, async ({ data }) => handle(data));
    return { settled: () => settled, close: () => queue.close() };
  },
};

function open({ url }: Place, { isWorker }: { isWorker: boolean }): BeeQueue<Note> {
  return new BeeQueue<Note>(QUEUE, {
    redis: { url },
    isWorker,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  });
}

async function saveAll(queue: BeeQueue<Note>, notes: readonly Note[]): Promise<void> {
  const errors = await queue.saveAll(notes.map((note) => queue.createJob(note)));
  for (const error of errors.values()) throw error;
}
