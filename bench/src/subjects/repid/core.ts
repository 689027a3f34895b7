import { defineActor, Repid, Router, Worker } from '@repid/core';
import type { Message } from '../../payload.js';
import type { Subject } from '../subject.js';
import { ACTOR, brokersAt, channelsOf, producerOf, runningWorker } from './connection.js';

/** The engine alone: an actor that is a plain function, its payload not validated. */
export const subject: Subject = {
  async produce(settings) {
    const repid = new Repid(brokersAt(settings));
    await repid.connect();
    return { ...producerOf(repid, settings), close: () => repid.disconnect() };
  },

  async work(settings, handler) {
    const run = (note: Message): unknown => handler.handle(note);
    const actors = channelsOf(settings).map((channel) => defineActor<Message>({ name: ACTOR, channel }, run));
    const repid = new Repid(brokersAt(settings));
    const { concurrency } = settings;
    const worker = new Worker(repid.producer, new Router(actors), { concurrency, handleSignals: [] });
    return runningWorker(worker, worker.run(), handler, () => repid.disconnect());
  },
};
