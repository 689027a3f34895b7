import { setTimeout as sleep } from 'node:timers/promises';
import { machineTime } from '../clock.js';
import { note } from '../payload.js';
import type { Subject } from '../subjects/subject.js';
import type { ListenOrder } from './listen.js';

/** What is sent, and how long to wait after each, at least and at most, in milliseconds; not at all where there is none. */
export interface SendSpacedOrder extends ListenOrder {
  readonly pause?: readonly [least: number, most: number];
}

/** Sends one note at a time to a system that has nothing else to do. Answers when it began to send each. */
export async function sendSpaced(
  subject: Subject,
  { place, count, pause }: SendSpacedOrder,
): Promise<readonly number[]> {
  const producer = await subject.produce(place, 'one at a time');
  const times: number[] = [];
  for (let id = 0; id < count; id += 1) {
    times.push(machineTime());
    await producer.send(note(id));
    if (pause !== undefined) await sleep(pause[0] + Math.random() * (pause[1] - pause[0]));
  }
  await producer.close();
  return times;
}
