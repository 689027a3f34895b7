import { type Actor, defineActor, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Evidence, Finding } from '../evidence.js';
import { range } from '../random.js';
import { type ActorTools, perform, TWINS, type Workload } from './workload.js';

interface Note {
  readonly n: number;
  readonly channel: string;
}

/**
 * Bare messages, sent on two channels at the same moment. Each is followed by two jobs of no chosen id, of which the second
 * takes the result of the first. A message that a client is not sure of is sent again: each of them has its followers.
 */
export class Notes implements Workload {
  constructor(
    private readonly client: Client,
    readonly amount: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    await Promise.all(TWINS.map((channel) => this.client.send({ channel, topic: 'note', payload: { n, channel } })));
  }

  findings(evidence: Evidence): Finding[] {
    return range(this.amount).flatMap((n) =>
      TWINS.flatMap((channel) => {
        const [notes, prices, bills] = ['note', 'price', 'bill'].map((topic) =>
          evidence.settled(nameOf(topic, { n, channel })),
        );
        return [
          ...evidence.compareCounts(`note ${n} on ${channel}`, notes!, Math.max(1, notes!)),
          ...evidence.compareCounts(`price of note ${n} on ${channel}`, prices!, notes!),
          ...evidence.compareCounts(`bill of note ${n} on ${channel}`, bills!, notes!),
        ];
      }),
    );
  }
}

/** The actors of messages and of what follows, once for each channel. */
export function noteActors(tools: ActorTools): Actor[] {
  return TWINS.flatMap((channel) => {
    const actor = (name: string, act: (note: Note, follow: (job: Job) => void) => void): Actor =>
      defineActor({ name, channel }, async (note: Note, msg) => {
        act(note, (job) => msg.enqueue(job));
        await perform(tools, msg, nameOf(name, note));
        if (note.channel !== channel)
          tools.witness.note('wrong', `${nameOf(name, note)} was run on channel ${channel}`);
        return note;
      });
    const follow = (note: Note, enqueue: (job: Job) => void): void => {
      const price = tools.repid.job('price', { channel, args: note }) as Job;
      enqueue(price);
      enqueue(tools.repid.job('bill', { channel, argsFrom: price }) as Job);
    };
    return [actor('note', follow), actor('price', () => undefined), actor('bill', () => undefined)];
  });
}

function nameOf(topic: string, { n, channel }: Note): string {
  return `${topic}${n}@${channel}`;
}
