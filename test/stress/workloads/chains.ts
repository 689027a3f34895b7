import { type Actor, defineActor, type Job, type Repid } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, WORK, type Workload } from './workload.js';

/** Number of steps of a chain. */
const STEPS = 5;

/** The arguments and the result of a step. */
interface Link {
  readonly chain: number;
  /** Number of completed steps. */
  readonly step: number;
  /** The trail of the completed steps. */
  readonly trail: string;
  /** How the next step is enqueued: as a follower by the actor of this step, or by the client as a dependent job. */
  readonly by: 'follower' | 'dependency';
}

/** Chains of jobs: half of them use followers, half dependencies. The first run of some steps fails. */
export class Chains implements Workload {
  constructor(
    private readonly client: Client,
    readonly count: number,
  ) {}

  async enqueue(chain: number): Promise<void> {
    await this.client.enqueue((repid) => jobsOf(repid, chain));
    this.client.expectResult(nameOf(chain, STEPS));
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((chain) => observations.checkJobs(`chain ${chain}`, expectedResults(chain)));
  }
}

/** Returns the actor of the steps. */
export function chainActors(tools: ActorTools): Actor[] {
  const options = { name: 'step', channel: WORK, retryPolicy: () => 100 };
  return [
    defineActor(options, async (before: Link, msg) => {
      const link = nextLink(before);
      if (link.by === 'follower' && link.step < STEPS) msg.enqueue(followerOf(tools.repid, link));
      await perform(tools, msg, nameOf(link.chain, link.step));
      if (failsFirst(link) && msg.parameters.retries.alreadyTried === 0) throw new Error('The first run fails.');
      return link;
    }),
  ];
}

function jobsOf(repid: Repid, chain: number): Job[] {
  const jobs = [repid.job('step', { ...optionsOf(chain, 1), id: nameOf(chain, 1), args: firstLink(chain) }) as Job];
  for (let n = 2; firstLink(chain).by === 'dependency' && n <= STEPS; n += 1)
    jobs.push(repid.job('step', { ...optionsOf(chain, n), id: nameOf(chain, n), argsFrom: jobs.at(-1)! }) as Job);
  return jobs;
}

/** Returns the next step, to be enqueued by the actor of the previous one. Its id derives from the previous step's. */
function followerOf(repid: Repid, link: Link): Job {
  return repid.job('step', { ...optionsOf(link.chain, link.step + 1), args: link }) as Job;
}

function optionsOf(chain: number, n: number) {
  return { channel: WORK, resultId: nameOf(chain, n), retries: 1, useArgsBucket: chain % 3 === 0 };
}

function firstLink(chain: number): Link {
  return { chain, step: 0, trail: '', by: chain % 2 === 0 ? 'follower' : 'dependency' };
}

function nextLink(link: Link): Link {
  const step = link.step + 1;
  return { ...link, step, trail: `${link.trail}>${link.chain}.${step}` };
}

function failsFirst({ chain, step }: Link): boolean {
  return chain % 7 === 0 && step === 3;
}

function nameOf(chain: number, step: number): string {
  return `chain${chain}.step${step}`;
}

function expectedResults(chain: number): [string, Link][] {
  const links = [firstLink(chain)];
  for (let n = 1; n <= STEPS; n += 1) links.push(nextLink(links.at(-1)!));
  return links.slice(1).map((link) => [nameOf(chain, link.step), link]);
}
