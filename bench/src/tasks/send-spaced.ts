import { setTimeout as sleep } from 'node:timers/promises';
import { machineTime } from '../clock.js';
import { note } from '../payload.js';
import type { Subject } from '../subjects/subject.js';
import type { ListenOrder } from './listen.js';

/** How long it waits after each, at least and at most, in milliseconds: what was sent has come by then. */
const [SHORTEST, LONGEST] = [1, 3];

/** Sends one note at a time to a system that has nothing else to do. Answers when it began to send each. */
export async function sendSpaced(subject: Subject, { place, count }: ListenOrder): Promise<readonly number[]> {
  const producer = await subject.produce(place, 'one at a time');
  const times: number[] = [];
  for (let id = 0; id < count; id += 1) {
    times.push(machineTime());
    await producer.send(note(id));
    await sleep(SHORTEST + Math.random() * (LONGEST - SHORTEST));
  }
  await producer.close();
  return times;
}
