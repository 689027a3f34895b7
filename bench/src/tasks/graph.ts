import { chain, chord, defineActor, Repid, Router, Worker, type Job } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import type { Subject } from '../subjects/subject.js';

/** A shape of a graph of so many jobs, to be run in memory where there is no URL. */
export interface GraphOrder {
  readonly shape: keyof typeof SHAPES;
  readonly size: number;
  readonly url?: string;
}

const ACTORS = new Router([defineActor({ name: 'step' }, () => 1), defineActor({ name: 'last' }, () => 1)]);

const SHAPES = {
  chain: (repid: Repid, size: number): readonly Job[] => chain(jobs(repid, size)),
  'fan-in': (repid: Repid, size: number): readonly Job[] => chord(jobs(repid, size), repid.job('last')),
};

/** Microseconds from the first enqueued to the last settled, for each job of a graph. Only Repid has graphs of this kind. */
export async function graph(_subject: Subject, { shape, size, url }: GraphOrder): Promise<number> {
  const repid = new Repid(url === undefined ? {} : brokersAt(url));
  await repid.connect();
  const all = SHAPES[shape](repid, size);
  const start = performance.now();
  await repid.enqueue(all);
  await new Worker(repid.producer, ACTORS, { handleSignals: [] }).run({ messagesLimit: all.length });
  const took = performance.now() - start;
  await repid.disconnect();
  return (took * 1_000) / all.length;
}

function jobs(repid: Repid, size: number): Job[] {
  return Array.from({ length: size }, () => repid.job('step'));
}

function brokersAt(url: string) {
  const buckets = new RedisBucketBroker(url);
  return { messageBroker: new RedisMessageBroker(url), argsBucketBroker: buckets, resultsBucketBroker: buckets };
}
