import type { Place, Subject } from '../subjects/subject.js';

/** How many jobs are not done. */
export async function left(subject: Subject, place: Place): Promise<number> {
  const producer = await subject.produce(place, 'one at a time');
  const count = await producer.left();
  await producer.close();
  return count;
}
