import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, defineActor, type Job, onFailure } from '@repid/core';
import type { Client } from '../client.js';
import type { Evidence, Finding } from '../evidence.js';
import { range } from '../random.js';
import { type ActorTools, perform, RISKY, type Workload } from './workload.js';

/** How a worker ends that ran a poison job: with this code, or by SIGABRT. */
export const POISONED = 86;

/** How long a poison job takes to act, in milliseconds. */
const INCUBATION = 30;

/** The longest that another takes, in milliseconds. */
const BRIEFLY = 100;

/**
 * Jobs that kill their worker, among others that do not, on workers that take all of them at once. Those, and only those, are
 * given up; each has one that waits for its failure.
 */
export class Risky implements Workload {
  /** @param poison how many of them kill their worker */
  constructor(
    private readonly client: Client,
    readonly amount: number,
    private readonly poison: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    await this.client.enqueue((repid) => {
      const options = { channel: RISKY, id: this.nameOf(n), args: n, useArgsBucket: n % 2 === 0 };
      const job = repid.job(this.isPoison(n) ? 'poison' : 'innocent', options) as Job;
      if (!this.isPoison(n)) return [job];
      const fallback = {
        channel: RISKY,
        id: fallbackName(n),
        args: n,
        dependsOn: onFailure(job),
        useArgsBucket: false,
      };
      return [job, repid.job('innocent', fallback) as Job];
    });
  }

  findings(evidence: Evidence): Finding[] {
    const poison = range(this.amount).filter((n) => this.isPoison(n));
    const innocent = range(this.amount).filter((n) => !this.isPoison(n));
    return [
      ...innocent.flatMap((n) => evidence.compareAll(this.nameOf(n), [[this.nameOf(n), n]])),
      ...poison.flatMap((n) => evidence.compareAll(fallbackName(n), [[fallbackName(n), n]])),
      ...poison.flatMap((n) => evidence.isGivenUp(RISKY, this.nameOf(n))),
      ...evidence.innocents(new Set(poison.map((n) => this.nameOf(n)))),
    ];
  }

  private isPoison(n: number): boolean {
    return n % Math.floor(this.amount / this.poison) === 1;
  }

  private nameOf(n: number): string {
    return this.isPoison(n) ? `poison${n}` : innocentName(n);
  }
}

/** The actors of both. */
export function riskyActors(tools: ActorTools): Actor[] {
  return [
    defineActor({ name: 'poison', channel: RISKY }, async (n: number) => {
      tools.witness.note('begin', `poison${n}`);
      await sleep(INCUBATION);
      if (n % 2 === 0) process.abort();
      process.exit(POISONED);
    }),
    defineActor({ name: 'innocent', channel: RISKY }, async (n: number, msg) => {
      await perform(tools, msg, msg.id, Math.random() * BRIEFLY);
      return n;
    }),
  ];
}

function innocentName(n: number): string {
  return `innocent${n}`;
}

function fallbackName(n: number): string {
  return `fallback${n}`;
}
