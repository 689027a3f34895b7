import { type Actor, BrokerUnavailableError, defineActor, DuplicateJobError, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Evidence, Finding } from '../evidence.js';
import { range } from '../random.js';
import { type ActorTools, perform, TWINS, type Workload } from './workload.js';

interface Order {
  readonly n: number;
  readonly channel: string;
}

/** What came of the second enqueueing; `unclear` where no answer came. */
type Second = 'accepted' | 'refused' | 'unclear';

/**
 * Jobs of the same id on two channels. The second is refused while the first is there; where that has ended, it takes its
 * place, and the result is its own.
 */
export class Orders implements Workload {
  private readonly seconds = new Map<number, Second>();

  constructor(
    private readonly client: Client,
    readonly amount: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    const [first, second] = n % 2 === 0 ? TWINS : TWINS.toReversed();
    await this.client.enqueue((repid) => [repid.job('order', optionsOf({ n, channel: first! })) as Job]);
    this.seconds.set(n, await this.enqueueSecond({ n, channel: second! }));
  }

  findings(evidence: Evidence): Finding[] {
    return range(this.amount).flatMap((n) => this.findingsOf(n, evidence));
  }

  private enqueueSecond(order: Order): Promise<Second> {
    return this.client.insist(async ({ repid }) => {
      try {
        await repid.job('order', optionsOf(order)).enqueue();
        return 'accepted';
      } catch (error) {
        if (error instanceof DuplicateJobError) return 'refused';
        // What may be done is not done again: it could be there twice.
        if (error instanceof BrokerUnavailableError && error.mayBeDone) return 'unclear';
        throw error;
      }
    });
  }

  private findingsOf(n: number, evidence: Evidence): Finding[] {
    const [first, second] = n % 2 === 0 ? TWINS : TWINS.toReversed();
    const runs = evidence.settled(nameOf({ n, channel: second! }));
    const came = this.seconds.get(n);
    const about = `order ${n}, whose second was ${came}`;
    const expected = came === 'unclear' ? Math.min(runs, 1) : came === 'accepted' ? 1 : 0;
    return [
      ...evidence.compareCounts(`first of ${about}`, evidence.settled(nameOf({ n, channel: first! })), 1),
      ...evidence.compareCounts(`second of ${about}`, runs, expected),
      ...evidence.compareResult(about, `order${n}`, { n, channel: runs > 0 ? second : first }),
    ];
  }
}

/** The actor of orders, once for each channel. */
export function orderActors(tools: ActorTools): Actor[] {
  return TWINS.map((channel) =>
    defineActor({ name: 'order', channel }, async (order: Order, msg) => {
      await perform(tools, msg, nameOf(order));
      if (order.channel !== channel) tools.witness.note('wrong', `${nameOf(order)} was run on channel ${channel}`);
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
