import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, defineActor, type Job, onFailure } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, POISON, type Workload } from './workload.js';

/** A poison job ends its worker with this exit code, or with SIGABRT. */
export const POISON_EXIT_CODE = 86;

/** How long a poison job runs before it ends its worker, in milliseconds. */
const POISON_DELAY = 30;

/** Maximum duration of a harmless job, in milliseconds. */
const SHORT_DURATION = 100;

/**
 * Poison jobs, which kill their worker, among harmless jobs that the same workers run concurrently. Only the poison jobs must
 * be dead-lettered. Each has a fallback job that depends on its failure.
 */
export class PoisonJobs implements Workload {
  /** @param poison number of poison jobs among them */
  constructor(
    private readonly client: Client,
    readonly count: number,
    private readonly poison: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    await this.client.enqueue((repid) => {
      const options = { channel: POISON, id: this.nameOf(n), args: n, useArgsBucket: n % 2 === 0 };
      const job = repid.job(this.isPoison(n) ? 'poison' : 'harmless', options) as Job;
      if (!this.isPoison(n)) return [job];
      const fallback = {
        channel: POISON,
        id: fallbackName(n),
        args: n,
        dependsOn: onFailure(job),
        useArgsBucket: false,
      };
      return [job, repid.job('harmless', fallback) as Job];
    });
  }

  findings(observations: Observations): Finding[] {
    const poison = range(this.count).filter((n) => this.isPoison(n));
    const harmless = range(this.count).filter((n) => !this.isPoison(n));
    return [
      ...harmless.flatMap((n) => observations.checkJobs(this.nameOf(n), [[this.nameOf(n), n]])),
      ...poison.flatMap((n) => observations.checkJobs(fallbackName(n), [[fallbackName(n), n]])),
      ...poison.flatMap((n) => observations.checkDeadLettered(POISON, this.nameOf(n))),
      ...observations.unexpectedDeadLetters(new Set(poison.map((n) => this.nameOf(n)))),
    ];
  }

  private isPoison(n: number): boolean {
    return n % Math.floor(this.count / this.poison) === 1;
  }

  private nameOf(n: number): string {
    return this.isPoison(n) ? `poison${n}` : harmlessName(n);
  }
}

/** Returns the actors of poison and harmless jobs. */
export function poisonActors(tools: ActorTools): Actor[] {
  return [
    defineActor({ name: 'poison', channel: POISON }, async (n: number) => {
      tools.runLog.add('start', `poison${n}`);
      await sleep(POISON_DELAY);
      if (n % 2 === 0) process.abort();
      process.exit(POISON_EXIT_CODE);
    }),
    defineActor({ name: 'harmless', channel: POISON }, async (n: number, msg) => {
      await perform(tools, msg, msg.id, Math.random() * SHORT_DURATION);
      return n;
    }),
  ];
}

function harmlessName(n: number): string {
  return `harmless${n}`;
}

function fallbackName(n: number): string {
  return `fallback${n}`;
}
