import type { OutgoingMessage, Repid, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { sum } from 'd3-array';
import type { Message } from '../../payload.js';
import type { Handler, Producer, QueueSettings, RunningWorker } from '../subject.js';

/** The actor that takes notes, or the steps of chains. */
export const ACTOR = 'take';

const HEADERS = { topic: ACTOR };

/** Default settings. Arguments travel in the message; there is a broker for results if they are stored. */
export function brokersAt({ url, variant }: QueueSettings) {
  return {
    messageBroker: new RedisMessageBroker(url),
    ...(variant === 'result' && { resultsBucketBroker: new RedisBucketBroker(url) }),
  };
}

/** Returns the channels that notes are spread over. The first is the default channel. */
export function channelsOf({ channels = 1 }: QueueSettings): readonly string[] {
  return Array.from({ length: channels }, (_, n) => (n === 0 ? 'default' : `channel-${n}`));
}

/** Sends over a connection of Repid, which it does not close. */
export function producerOf(repid: Repid, settings: QueueSettings): Omit<Producer, 'close'> {
  const channels = channelsOf(settings);
  const channelOf = ({ id }: Message): string => channels[id % channels.length]!;
  const left = () => leftOn(repid, channels);
  if (settings.variant === 'bare') {
    return {
      left,
      send: (note) => repid.sendMessageJson({ channel: channelOf(note), headers: HEADERS, payload: note }),
      sendAll: (notes) => repid.producer.publish(notes.map((note) => bareMessage(channelOf(note), note))),
    };
  }
  const jobOf = (note: Message) => repid.job(ACTOR, { args: note, channel: channelOf(note) });
  return {
    left,
    send: (note) => jobOf(note).enqueue(),
    sendAll: (notes) => repid.enqueue(notes.map(jobOf)),
  };
}

function bareMessage(channel: string, note: Message): OutgoingMessage {
  const payload = Buffer.from(JSON.stringify(note));
  return { channel, headers: HEADERS, payload, contentType: 'application/json' };
}

/** @throws Error if messages failed */
async function leftOn(repid: Repid, channels: readonly string[]): Promise<number> {
  const all = await Promise.all(channels.map((channel) => repid.channel(channel).stats()));
  const deadLetters = sum(all, (stats) => stats.deadLetters);
  if (deadLetters > 0) throw new Error(`${deadLetters} messages are dead letters.`);
  return sum(all, ({ queued, delayed, waiting, running }) => queued + delayed + waiting + running);
}

/** A worker that runs until it is closed. A job is settled when its handler was called and it is no longer in flight. */
export function runningWorker(
  worker: Pick<Worker, 'inFlight' | 'stop'>,
  run: Promise<unknown>,
  handler: Handler,
  disconnect: () => Promise<void>,
): RunningWorker {
  return {
    settled: () => handler.handled - worker.inFlight,
    async close() {
      await worker.stop();
      await run;
      await disconnect();
    },
  };
}
