import { FlowProducer, type FlowJob } from 'bullmq';
import { CHAIN_LENGTH, type Link, type Message } from '../../payload.js';
import type { ChainMethod } from '../subject.js';
import { connectionTo, QUEUE, startWorker } from './connection.js';

const STEP = { name: 'step', queueName: QUEUE };
const GATHER = { name: 'gather', queueName: QUEUE };

/** The steps of a chain are children of each other, from the last to the first; each reads the result of its child. */
export const flowProducer: ChainMethod = {
  async produce(settings) {
    const flows = new FlowProducer({ connection: connectionTo(settings) });
    await flows.waitUntilReady();
    return {
      sendAll: (first) => flows.addBulk(first.map(flowOf)),
      sendFans: (fans) => flows.addBulk(fans.map((links) => ({ ...GATHER, children: links.map(leafOf) }))),
      close: () => flows.close(),
    };
  },

  work: (settings, handler) =>
    startWorker<Link | Record<string, never>>(settings, async (job) => {
      if ('id' in job.data) return handler.handle(job.data as Link);
      const links = Object.values(await job.getChildrenValues<Link>());
      return job.name === GATHER.name ? handler.gather?.(links) : handler.handle(links[0]!);
    }),
};

function flowOf(first: Message): FlowJob {
  let flow: FlowJob = leafOf(first);
  for (let step = 1; step < CHAIN_LENGTH; step += 1) flow = { ...STEP, children: [flow] };
  return flow;
}

function leafOf(data: Message): FlowJob {
  return { ...STEP, data };
}
