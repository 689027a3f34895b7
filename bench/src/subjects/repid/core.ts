import { defineActor, Repid, Router, Worker } from '@repid/core';
import type { Note } from '../../payload.js';
import type { Subject } from '../subject.js';
import { brokersAt } from './brokers.js';
import { channelFor, channelsAt } from './channels.js';
import { ACTOR, producerOf } from './producer.js';

/** The engine alone: an actor that is a plain function, its payload not validated. */
export const repidCore: Subject = {
  async produce(place) {
    const repid = new Repid(brokersAt(place));
    await repid.connect();
    const channelOf = channelFor(place);
    const enqueue = (note: Note) => repid.job(ACTOR, { args: note, channel: channelOf(note) }).enqueue();
    return { ...producerOf(repid, place, enqueue), close: () => repid.disconnect() };
  },

  async work(place, handle) {
    let handled = 0;
    const take = (note: Note) => {
      handled += 1;
      return handle(note);
    };
    const actors = channelsAt(place).map((channel) => defineActor<Note>({ name: ACTOR, channel }, take));
    const repid = new Repid(brokersAt(place));
    const worker = new Worker(repid.producer, new Router(actors), {
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
