import { defineActor, Repid, Router, Worker } from '@repid/core';
import type { Note } from '../../payload.js';
import type { Subject } from '../subject.js';
import { brokersAt } from './brokers.js';
import { ACTOR, producerOf } from './producer.js';

/** The engine alone: an actor that is a plain function, its payload not validated. */
export const repidCore: Subject = {
  async produce(place) {
    const repid = new Repid(brokersAt(place));
    await repid.connect();
    const enqueue = (note: Note) => repid.job(ACTOR, { args: note }).enqueue();
    return { ...producerOf(repid, place.variant, enqueue), close: () => repid.disconnect() };
  },

  async work(place, handle) {
    let handled = 0;
    const actor = defineActor<Note>({ name: ACTOR }, (note) => {
      handled += 1;
      return handle(note);
    });
    const repid = new Repid(brokersAt(place));
    const worker = new Worker(repid.producer, new Router([actor]), {
      concurrency: place.concurrency,
      handleSignals: [],
    });
    const work = worker.run();
    return {
      settled: () => handled - worker.inFlight,
      async close() {
        await worker.stop();
        await work;
        await repid.disconnect();
      },
    };
  },
};
