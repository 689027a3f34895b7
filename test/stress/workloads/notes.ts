import { type Actor, defineActor, type Job } from '@repid/core';
import type { Client } from '../client.js';
import type { Observations, Finding } from '../observations.js';
import { range } from '../random.js';
import { type ActorTools, perform, CHANNEL_PAIR, type Workload } from './workload.js';

interface Note {
  readonly n: number;
  readonly channel: string;
}

/**
 * Plain messages, sent on two channels at the same time. Each has two followers without a chosen id; the second takes the
 * result of the first. The client resends a message if it gets no reply, so a message may be delivered several times, each
 * time with its own followers.
 */
export class Notes implements Workload {
  constructor(
    private readonly client: Client,
    readonly count: number,
  ) {}

  async enqueue(n: number): Promise<void> {
    await Promise.all(
      CHANNEL_PAIR.map((channel) => this.client.send({ channel, topic: 'note', payload: { n, channel } })),
    );
  }

  findings(observations: Observations): Finding[] {
    return range(this.count).flatMap((n) =>
      CHANNEL_PAIR.flatMap((channel) => {
        const [notes, prices, bills] = ['note', 'price', 'bill'].map((topic) =>
          observations.settlementsOf(nameOf(topic, { n, channel })),
        );
        return [
          ...observations.checkCount(`note ${n} on ${channel}`, notes!, Math.max(1, notes!)),
          ...observations.checkCount(`price of note ${n} on ${channel}`, prices!, notes!),
          ...observations.checkCount(`bill of note ${n} on ${channel}`, bills!, notes!),
        ];
      }),
    );
  }
}

/** Returns the actors of notes and of their followers, for each channel. */
export function noteActors(tools: ActorTools): Actor[] {
  return CHANNEL_PAIR.flatMap((channel) => {
    const actor = (name: string, act: (note: Note, follow: (job: Job) => void) => void): Actor =>
      defineActor({ name, channel }, async (note: Note, msg) => {
        act(note, (job) => msg.enqueue(job));
        await perform(tools, msg, nameOf(name, note));
        if (note.channel !== channel)
          tools.runLog.add('violation', `${nameOf(name, note)} was run on channel ${channel}`);
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
