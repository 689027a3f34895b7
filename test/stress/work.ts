import type { Job, Repid } from '@repid/core';

/** The channel that all of it runs on. */
export const CHANNEL = 'work';

/**
 * The channel on which each committed settlement leaves a bare message. It has no id by which it could be dropped when it
 * comes twice, so there are as many of them as settlements were committed.
 */
export const AUDIT = 'audit';

/** Steps of a chain. */
export const STEPS = 5;

/** Jobs that a fan-in waits for. */
export const PARTS = 20;

/** What a step of a chain is given, and leaves to the next. */
export interface Link {
  readonly chain: number;
  /** How many steps have been done. */
  readonly step: number;
  /** What they have left. */
  readonly trail: string;
  /** Who enqueues the next step: the actor of this one, or the client, as a job that waits. */
  readonly by: 'follower' | 'dependency';
}

/** What becomes of a chain by its next step. */
export function nextLink(link: Link): Link {
  const step = link.step + 1;
  return { ...link, step, trail: `${link.trail}>${link.chain}.${step}` };
}

/** How a chain begins; half of them are made of followers, half of jobs that wait. */
export function firstLink(chain: number): Link {
  return { chain, step: 0, trail: '', by: chain % 2 === 0 ? 'follower' : 'dependency' };
}

/** True where the first run of the step fails, to be retried. */
export function failsAtFirst({ chain, step }: Link): boolean {
  return chain % 7 === 0 && step === 3;
}

/** Names the step, its result, and its traces. */
export function stepName(chain: number, step: number): string {
  return `chain${chain}.step${step}`;
}

export function partName(fanIn: number, part: number): string {
  return `fan-in${fanIn}.part${part}`;
}

export function sumName(fanIn: number): string {
  return `fan-in${fanIn}.sum`;
}

/** What a part of a fan-in leaves. */
export function partValue(fanIn: number, part: number): number {
  return fanIn * 1_000 + part;
}

/** The jobs of a chain that the client enqueues, as one write. */
export function chainJobs(repid: Repid, chain: number): Job[] {
  const first = repid.job('step', { ...stepOptions(chain, 1), id: stepName(chain, 1), args: firstLink(chain) }) as Job;
  const jobs = [first];
  for (let n = 2; firstLink(chain).by === 'dependency' && n <= STEPS; n += 1) {
    jobs.push(repid.job('step', { ...stepOptions(chain, n), id: stepName(chain, n), argsFrom: jobs.at(-1)! }) as Job);
  }
  return jobs;
}

/** The step that follows, enqueued by the actor of the one before. Its id derives from that one's. */
export function followerJob(repid: Repid, link: Link): Job {
  return repid.job('step', { ...stepOptions(link.chain, link.step + 1), args: link }) as Job;
}

/** The jobs of a fan-in, as one write. */
export function fanInJobs(repid: Repid, fanIn: number): Job[] {
  const parts = range(PARTS).map((part) => {
    const id = partName(fanIn, part);
    return repid.job('part', { channel: CHANNEL, id, args: { fanIn, part } }) as Job;
  });
  const sum = repid.job('sum', { channel: CHANNEL, id: sumName(fanIn), args: { fanIn }, dependsOn: parts }) as Job;
  return [...parts, sum];
}

/** Every job and its result: the whole of what is to be done. */
export function expectedResults({ chains, fanIns }: { chains: number; fanIns: number }): Map<string, unknown> {
  const results = new Map<string, unknown>();
  for (const chain of range(chains)) {
    for (let link = nextLink(firstLink(chain)); link.step <= STEPS; link = nextLink(link)) {
      results.set(stepName(chain, link.step), link);
    }
  }
  for (const fanIn of range(fanIns)) {
    const values = range(PARTS).map((part) => partValue(fanIn, part));
    values.forEach((value, part) => results.set(partName(fanIn, part), value));
    results.set(
      sumName(fanIn),
      values.reduce((sum, value) => sum + value),
    );
  }
  return results;
}

export function range(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n);
}

function stepOptions(chain: number, n: number) {
  return { channel: CHANNEL, resultId: stepName(chain, n), retries: 1 };
}
