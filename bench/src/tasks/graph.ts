import { chain, chord, defineActor, Repid, Router, Worker, type Job } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

const ACTORS = new Router([defineActor({ name: 'step' }, () => 1), defineActor({ name: 'last' }, () => 1)]);

const SHAPES = {
  chain: (_repid: Repid, jobs: Job[]): readonly Job[] => chain(jobs),
  'fan-in': (repid: Repid, jobs: Job[]): readonly Job[] => chord(jobs, repid.job('last')),
};

export type Shape = keyof typeof SHAPES;

/**
 * Runs a graph of the engine alone, which no peer has: in Redis, or in memory if there is no URL. Returns microseconds
 * for each job, from the first enqueued to the last settled.
 */
export async function graph(shape: Shape, size: number, url?: string): Promise<number> {
  const repid = new Repid(url === undefined ? {} : brokersAt(url));
  await repid.connect();
  const steps = Array.from({ length: size }, () => repid.job('step'));
  const jobs = SHAPES[shape](repid, steps);
  const start = performance.now();
  await repid.enqueue(jobs);
  await new Worker(repid.producer, ACTORS, { handleSignals: [] }).run({ messagesLimit: jobs.length });
  const duration = performance.now() - start;
  await repid.disconnect();
  return (duration * 1_000) / jobs.length;
}

function brokersAt(url: string) {
  const buckets = new RedisBucketBroker(url);
  return { messageBroker: new RedisMessageBroker(url), argsBucketBroker: buckets, resultsBucketBroker: buckets };
}
