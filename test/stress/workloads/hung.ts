import { type Actor, defineActor, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Evidence, Finding } from '../evidence.js';
import { range } from '../random.js';
import { type ActorTools, perform, WORK, type Workload } from './workload.js';

/** How many runs of each of these actors a worker may have. */
const CONCURRENCY = 2;

/** How long a run may take that hangs, in milliseconds. */
const TIMEOUT = 400;

/** How long a run of the one that does not hang takes, in milliseconds. */
const BRIEFLY = 50;

/** Jobs of actors with a limit to their concurrency. The first run of some never ends and ignores its signal; it is timed out. */
export class Hung implements Workload {
  constructor(
    private readonly client: Client,
    readonly amount: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    const topic = topicOf(n);
    await this.client.enqueue((repid) => [
      repid.job(topic, { channel: WORK, id: nameOf(n), args: n, retries: 3 }) as Job,
    ]);
  }

  findings(evidence: Evidence): Finding[] {
    return range(this.amount).flatMap((n) => evidence.compareAll(nameOf(n), [[nameOf(n), n]]));
  }
}

/** The actors of these jobs. */
export function hungActors(tools: ActorTools): Actor[] {
  let running = 0;
  const options = { channel: WORK, concurrency: CONCURRENCY, retryPolicy: () => 100 };
  return [
    defineActor({ ...options, name: 'hang', timeout: TIMEOUT }, async (n: number, msg) => {
      if (msg.parameters.retries.alreadyTried === 0) await new Promise(() => undefined);
      await perform(tools, msg, nameOf(n), BRIEFLY);
      return n;
    }),
    defineActor({ ...options, name: 'limited' }, async (n: number, msg) => {
      running += 1;
      if (running > CONCURRENCY) tools.witness.note('wrong', `${running} runs of an actor limited to ${CONCURRENCY}`);
      try {
        await perform(tools, msg, nameOf(n), BRIEFLY);
      } finally {
        running -= 1;
      }
      return n;
    }),
  ];
}

/** A third of them hang. */
function topicOf(n: number): string {
  return n % 3 === 0 ? 'hang' : 'limited';
}

function nameOf(n: number): string {
  return `${topicOf(n)}${n}`;
}
