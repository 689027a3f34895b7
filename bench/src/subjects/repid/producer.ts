import type { OutgoingMessage, Repid } from '@repid/core';
import type { Note } from '../../payload.js';
import type { Producer, Variant } from '../subject.js';

/** The actor that takes the notes, on the default channel. */
export const ACTOR = 'take';

const CHANNEL = 'default';

/** Sends over a connection of Repid, which it does not close. `enqueue` sends one job. */
export function producerOf(
  repid: Repid,
  variant: Variant,
  enqueue: (note: Note) => Promise<unknown>,
): Omit<Producer, 'close'> {
  const isBare = variant === 'bare';
  return {
    send: isBare ? (note) => repid.sendMessageJson({ ...ENVELOPE, payload: note }) : enqueue,
    sendAll: isBare
      ? (notes) => repid.producer.publish(notes.map(bareMessage))
      : (notes) => repid.enqueue(notes.map((note) => repid.job(ACTOR, { args: note }))),
    left: () => leftOn(repid),
  };
}

const ENVELOPE = { channel: CHANNEL, headers: { topic: ACTOR } };

function bareMessage(note: Note): OutgoingMessage {
  return { ...ENVELOPE, payload: Buffer.from(JSON.stringify(note)), contentType: 'application/json' };
}

async function leftOn(repid: Repid): Promise<number> {
  const { queued, delayed, waiting, running, deadLetters } = await repid.channel(CHANNEL).stats();
  if (deadLetters > 0) throw new Error(`${deadLetters} messages lie in the dead letters.`);
  return queued + delayed + waiting + running;
}
