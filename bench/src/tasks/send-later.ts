import { machineTime } from '../clock.js';
import { note } from '../payload.js';
import type { Subject } from '../subjects/subject.js';
import type { ListenOrder } from './listen.js';

/** The shortest delay, in milliseconds. */
const SHORTEST = 10;

/** Has no factor in common with any count: its multiples visit all numbers below it, far from each other. */
const STRIDE = 7_919;

/** What is sent, and the longest delay, in milliseconds. */
export interface SendLaterOrder extends ListenOrder {
  readonly longest: number;
}

/** Sends notes whose delays are spread evenly, the short ones among the long ones. Answers when each is due. */
export async function sendLater(
  subject: Subject,
  { place, count, longest }: SendLaterOrder,
): Promise<readonly number[]> {
  const producer = await subject.produce(place, 'one at a time');
  if (producer.sendLater === undefined) throw new Error('It does not delay jobs.');
  const due: number[] = [];
  for (let id = 0; id < count; id += 1) {
    const delay = Math.round(SHORTEST + ((longest - SHORTEST) * ((id * STRIDE) % count)) / count);
    due.push(machineTime() + delay);
    await producer.sendLater(note(id), delay);
  }
  await producer.close();
  return due;
}
