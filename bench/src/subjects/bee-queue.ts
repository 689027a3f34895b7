import BeeQueue from 'bee-queue';
import { isEnd, type Link } from '../links.js';
import type { Note } from '../payload.js';
import type { Place, RunningWorker, Subject } from './subject.js';
import type { Way } from './way.js';

const QUEUE = 'notes';

/** Delayed jobs are raised when they are due, and not together with others that are due a second later (its default). */
const DEBOUNCE = 1;

/** A step saves the next one before it ends. */
const byHand: Way = {
  async start(place) {
    const queue = await open<Link>(place, { isWorker: false });
    return { chains: (first) => saveAll(queue, first), close: () => queue.close() };
  },

  async work(place, { next }) {
    const queue = await open<Link>(place, { isWorker: true });
    return workOn(queue, place, async (link) => {
      const following = next(link);
      if (!isEnd(following)) await queue.createJob(following).save();
    });
  },
};

/**
 * bee-queue at its best settings: no events and no job objects kept in the process, jobs removed when they are done,
 * `saveAll` for many, scripts that are there already. It stores no results: it publishes them to whoever listens.
 */
export const beeQueue: Subject = {
  async produce(place) {
    const queue = await open<Note>(place, { isWorker: false });
    return {
      send: (note) => queue.createJob(note).save(),
      sendAll: (notes) => saveAll(queue, notes),
      sendLater: (note, delay) =>
        queue
          .createJob(note)
          .delayUntil(Date.now() + delay)
          .save(),
      left: async () => {
        const { waiting, active, delayed, failed } = await queue.checkHealth();
        return waiting + active + delayed + failed;
      },
      close: () => queue.close(),
    };
  },

  work: async (place, handle) => workOn(await open<Note>(place, { isWorker: true }), place, handle),

  ways: { 'by hand': byHand },
};

async function open<Body>(
  { url, isDelayed = false }: Place,
  { isWorker }: { isWorker: boolean },
): Promise<BeeQueue<Body>> {
  const queue = new BeeQueue<Body>(QUEUE, {
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

function workOn<Body>(queue: BeeQueue<Body>, { concurrency }: Place, handle: (body: Body) => unknown): RunningWorker {
  let settled = 0;
  queue.on('succeeded', () => (settled += 1));
  queue.process(concurrency, async ({ data }) => handle(data));
  return { settled: () => settled, close: () => queue.close() };
}

async function saveAll<Body>(queue: BeeQueue<Body>, bodies: readonly Body[]): Promise<void> {
  const errors = await queue.saveAll(bodies.map((body) => queue.createJob(body)));
  for (const error of errors.values()) throw error;
}
