import { type Actor, defineActor, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, WORK, type Workload } from './workload.js';

/** Concurrency limit of each of these actors in a worker. */
const CONCURRENCY = 2;

/** Timeout of a hanging run, in milliseconds. */
const TIMEOUT = 400;

/** Duration of a run that does not hang, in milliseconds. */
const SHORT_DURATION = 50;

/** Jobs of actors with a concurrency limit. The first run of some jobs never ends and ignores its signal, so it times out. */
export class HungJobs implements Workload {
  constructor(
    private readonly client: Client,
    readonly count: number,
  ) {}

  /** Half of the jobs are enqueued in the last round. No worker is killed after it, so their hung runs stay in the worker. */
  roundOf(n: number, rounds: number): number {
    return n % 2 === 0 ? n % rounds : rounds - 1;
  }

  async enqueue(n: number): Promise<void> {
    const topic = topicOf(n);
    await this.client.enqueue((repid) => [
      repid.job(topic, { channel: WORK, id: nameOf(n), args: n, retries: 3 }) as Job,
    ]);
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((n) => observations.checkJobs(nameOf(n), [[nameOf(n), n]]));
  }
}

/** Returns the actors of these jobs. */
export function hungActors(tools: ActorTools): Actor[] {
  let running = 0;
  const options = { channel: WORK, concurrency: CONCURRENCY, retryPolicy: () => 100 };
  return [
    defineActor({ ...options, name: 'hang', timeout: TIMEOUT }, async (n: number, msg) => {
      if (msg.parameters.retries.alreadyTried === 0) await new Promise(() => undefined);
      await perform(tools, msg, nameOf(n), SHORT_DURATION);
      return n;
    }),
    defineActor({ ...options, name: 'limited' }, async (n: number, msg) => {
      running += 1;
      if (running > CONCURRENCY) tools.runLog.add('violation', `${running} runs of an actor limited to ${CONCURRENCY}`);
      try {
        await perform(tools, msg, nameOf(n), SHORT_DURATION);
      } finally {
        running -= 1;
      }
      return n;
    }),
  ];
}

/** A third of the jobs hang. */
function topicOf(n: number): string {
  return n % 3 === 0 ? 'hang' : 'limited';
}

function nameOf(n: number): string {
  return `${topicOf(n)}${n}`;
}
