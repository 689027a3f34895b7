import { notes } from '../payload.js';
import type { Place, Subject } from '../subjects/subject.js';
import { BULK } from './bulk.js';

/** Sends `count` notes with ids from 0 on, in bulk. */
export async function preload(subject: Subject, { place, count }: { place: Place; count: number }): Promise<void> {
  const producer = await subject.produce(place, 'bulk');
  for (let sent = 0; sent < count; sent += BULK) await producer.sendAll(notes(sent, Math.min(BULK, count - sent)));
  await producer.close();
}
