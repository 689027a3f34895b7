import type { OutgoingMessage, Repid } from '@repid/core';
import type { Note } from '../../payload.js';
import type { Place, Producer } from '../subject.js';
import { channelFor, channelsAt } from './channels.js';

/** The actor that takes the notes. */
export const ACTOR = 'take';

const HEADERS = { topic: ACTOR };

/** Sends over a connection of Repid, which it does not close. `enqueue` sends one job. */
export function producerOf(
  repid: Repid,
  place: Place,
  enqueue: (note: Note) => Promise<unknown>,
): Omit<Producer, 'close'> {
  const isBare = place.variant === 'bare';
  const channelOf = channelFor(place);
  return {
    send: isBare
      ? (note) => repid.sendMessageJson({ channel: channelOf(note), headers: HEADERS, payload: note })
      : enqueue,
    sendAll: isBare
      ? (notes) => repid.producer.publish(notes.map((note) => bareMessage(channelOf(note), note)))
      : (notes) => repid.enqueue(notes.map((note) => repid.job(ACTOR, { args: note, channel: channelOf(note) }))),
    left: () => leftOn(repid, channelsAt(place)),
  };
}

function bareMessage(channel: string, note: Note): OutgoingMessage {
  const payload = Buffer.from(JSON.stringify(note));
  return { channel, headers: HEADERS, payload, contentType: 'application/json' };
}

async function leftOn(repid: Repid, channels: readonly string[]): Promise<number> {
  const counts = await Promise.all(channels.map((channel) => leftOnOne(repid, channel)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function leftOnOne(repid: Repid, channel: string): Promise<number> {
  const { queued, delayed, waiting, running, deadLetters } = await repid.channel(channel).stats();
  if (deadLetters > 0) throw new Error(`${deadLetters} messages lie in the dead letters of "${channel}".`);
  return queued + delayed + waiting + running;
}
