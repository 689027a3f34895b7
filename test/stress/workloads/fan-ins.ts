import { type Actor, defineActor, type Job, type MessageDependency, type Repid } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, WORK, type Workload } from './workload.js';

/** Number of dependencies of a fan-in. */
const PARTS = 20;

interface Part {
  readonly fanIn: number;
  readonly part: number;
}

/** Parallel jobs, and one that depends on all of them and adds up their results. */
export class FanIns implements Workload {
  constructor(
    private readonly client: Client,
    readonly count: number,
  ) {}

  async enqueue(fanIn: number): Promise<void> {
    await this.client.enqueue((repid) => jobsOf(repid, fanIn));
    this.client.expectResult(sumName(fanIn));
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((fanIn) => observations.checkJobs(`fan-in ${fanIn}`, expectedResults(fanIn)));
  }
}

/** Returns the actors of the parts and of the sum. */
export function fanInActors(tools: ActorTools): Actor[] {
  return [
    defineActor({ name: 'part', channel: WORK }, async ({ fanIn, part }: Part, msg) => {
      await perform(tools, msg, partName(fanIn, part));
      return partValue(fanIn, part);
    }),
    {
      ...defineActor({ name: 'sum', channel: WORK }, () => undefined),
      parameters: [{ from: 'payload' }, { from: 'message' }, { from: 'dependency-results', as: 'data' }],
      run: async ([payload, msg, values]) => {
        await perform(tools, msg as MessageDependency, sumName((payload as Part).fanIn));
        return sumOf(values as number[]);
      },
    },
  ];
}

function jobsOf(repid: Repid, fanIn: number): Job[] {
  const parts = range(PARTS).map((part) => {
    const id = partName(fanIn, part);
    return repid.job('part', { channel: WORK, id, args: { fanIn, part }, useArgsBucket: false }) as Job;
  });
  const sum = repid.job('sum', { channel: WORK, id: sumName(fanIn), args: { fanIn }, dependsOn: parts }) as Job;
  return [...parts, sum];
}

function expectedResults(fanIn: number): [string, number][] {
  const values = range(PARTS).map((part) => partValue(fanIn, part));
  return [
    ...values.map((value, part): [string, number] => [partName(fanIn, part), value]),
    [sumName(fanIn), sumOf(values)],
  ];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value);
}

function partValue(fanIn: number, part: number): number {
  return fanIn * 1_000 + part;
}

function partName(fanIn: number, part: number): string {
  return `fan-in${fanIn}.part${part}`;
}

function sumName(fanIn: number): string {
  return `fan-in${fanIn}.sum`;
}
