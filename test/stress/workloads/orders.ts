import { type Actor, BrokerUnavailableError, defineActor, DuplicateJobError, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, CHANNEL_PAIR, type Workload } from './workload.js';

interface Order {
  readonly n: number;
  readonly channel: string;
}

/** The outcome of the second enqueueing; `unclear` if no reply came. */
type SecondOutcome = 'accepted' | 'refused' | 'unclear';

/**
 * Jobs with the same id on two channels. The second is refused while the first exists. If the first has ended, the second
 * is accepted, and its result replaces that of the first.
 */
export class Orders implements Workload {
  private readonly seconds = new Map<number, SecondOutcome>();

  constructor(
    private readonly client: Client,
    readonly count: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    const [first, second] = n % 2 === 0 ? CHANNEL_PAIR : CHANNEL_PAIR.toReversed();
    await this.client.enqueue((repid) => [repid.job('order', optionsOf({ n, channel: first! })) as Job]);
    this.seconds.set(n, await this.enqueueSecond({ n, channel: second! }));
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((n) => this.findingsOf(n, observations));
  }

  private enqueueSecond(order: Order): Promise<SecondOutcome> {
    return this.client.retryWhileUnavailable(async ({ repid }) => {
      try {
        await repid.job('order', optionsOf(order)).enqueue();
        return 'accepted';
      } catch (error) {
        if (error instanceof DuplicateJobError) return 'refused';
        // The job may be enqueued already: a retry could enqueue it twice.
        if (error instanceof BrokerUnavailableError && error.mayBeDone) return 'unclear';
        throw error;
      }
    });
  }

  private findingsOf(n: number, observations: Observations): Finding[] {
    const [first, second] = n % 2 === 0 ? CHANNEL_PAIR : CHANNEL_PAIR.toReversed();
    const runs = observations.settlementsOf(nameOf({ n, channel: second! }));
    const outcome = this.seconds.get(n);
    const label = `order ${n}, whose second was ${outcome}`;
    const expected = outcome === 'unclear' ? Math.min(runs, 1) : outcome === 'accepted' ? 1 : 0;
    return [
      ...observations.checkCount(`first of ${label}`, observations.settlementsOf(nameOf({ n, channel: first! })), 1),
      ...observations.checkCount(`second of ${label}`, runs, expected),
      ...observations.checkResult(label, `order${n}`, { n, channel: runs > 0 ? second : first }),
    ];
  }
}

/** Returns the actors of orders, one for each channel. */
export function orderActors(tools: ActorTools): Actor[] {
  return CHANNEL_PAIR.map((channel) =>
    defineActor({ name: 'order', channel }, async (order: Order, msg) => {
      await perform(tools, msg, nameOf(order));
      if (order.channel !== channel) tools.runLog.add('violation', `${nameOf(order)} was run on channel ${channel}`);
      return order;
    }),
  );
}

function optionsOf(order: Order) {
  return { channel: order.channel, id: `order${order.n}`, args: order };
}

function nameOf({ n, channel }: Order): string {
  return `order${n}@${channel}`;
}
