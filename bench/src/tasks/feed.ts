import { setTimeout as sleep } from 'node:timers/promises';
import { notes } from '../payload.js';
import type { Place, Subject } from '../subjects/subject.js';
import { BULK } from './bulk.js';

/** What is sent in all, and how much of it may lie there at once. */
export interface FeedOrder {
  readonly place: Place;
  readonly count: number;
  readonly bound: number;
}

/** Sends notes as fast as they are worked off: as many lie there as the bound says, not more. */
export async function feed(subject: Subject, { place, count, bound }: FeedOrder): Promise<void> {
  const producer = await subject.produce(place, 'bulk');
  for (let sent = 0; sent < count; sent += BULK) {
    while ((await producer.left()) > bound - BULK) await sleep(1);
    await producer.sendAll(notes(sent, BULK));
  }
  await producer.close();
}
