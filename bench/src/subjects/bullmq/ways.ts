import { FlowProducer, Queue, Worker, type FlowJob, type Job } from 'bullmq';
import { CHAIN_LENGTH, isEnd, type Link } from '../../links.js';
import type { Place, RunningWorker } from '../subject.js';
import type { Way } from '../way.js';
import { connectionTo, QUEUE } from './connection.js';
import { workerOptionsFor } from './worker-options.js';

const STEP = 'step';
const GATHER = 'gather';

/** A step adds the next one before it ends. */
export const byHand: Way = {
  async start(place) {
    const queue = await openQueue(place);
    return {
      chains: (first) => queue.addBulk(first.map((data) => ({ name: STEP, data }))),
      close: () => queue.close(),
    };
  },

  async work(place, { next }) {
    const queue = await openQueue(place);
    const worker = await workOn(place, async ({ data }) => {
      const following = next(data as Link);
      if (!isEnd(following)) await queue.add(STEP, following);
    });
    return {
      settled: worker.settled,
      async close() {
        await worker.close();
        await queue.close();
      },
    };
  },
};

/** The steps of a chain are children of each other, from the last to the first; each reads what its child has come to. */
export const byFlows: Way = {
  async start(place) {
    const flows = new FlowProducer({ connection: connectionTo(place) });
    await flows.waitUntilReady();
    return {
      chains: (first) => flows.addBulk(first.map(flowOf)),
      fans: (fans) => flows.addBulk(fans.map((links) => ({ ...node(GATHER), children: links.map(leaf) }))),
      close: () => flows.close(),
    };
  },

  work: (place, { next, gather }) =>
    workOn(place, async (job) => {
      if (isLink(job.data)) return next(job.data);
      const links = Object.values(await job.getChildrenValues<Link>());
      return job.name === GATHER ? gather(links) : next(links[0]!);
    }),
};

/** What a job is added with: nothing where it reads what its children have come to. */
type Data = Link | Record<string, never>;

function flowOf(first: Link): FlowJob {
  let flow: FlowJob = leaf(first);
  for (let step = 1; step < CHAIN_LENGTH; step += 1) flow = { ...node(STEP), children: [flow] };
  return flow;
}

function leaf(data: Link) {
  return { ...node(STEP), data };
}

function node(name: string) {
  return { name, queueName: QUEUE };
}

function isLink(data: Data): data is Link {
  return 'chain' in data;
}

async function openQueue(place: Place): Promise<Queue<Data>> {
  const queue = new Queue<Data>(QUEUE, { connection: connectionTo(place) });
  await queue.waitUntilReady();
  return queue;
}

async function workOn(place: Place, process: (job: Job<Data>) => Promise<unknown>): Promise<RunningWorker> {
  let settled = 0;
  const options = { connection: connectionTo(place), ...workerOptionsFor(place) };
  const worker = new Worker<Data>(QUEUE, process, options);
  worker.on('completed', () => (settled += 1));
  await worker.waitUntilReady();
  return { settled: () => settled, close: () => worker.close() };
}
