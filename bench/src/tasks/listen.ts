import { machineTime } from '../clock.js';
import type { Place, Subject } from '../subjects/subject.js';
import { until } from './until.js';

/** How long all may take to come, in milliseconds. */
const PATIENCE = 20_000;

/** Notes to wait for. */
export interface ListenOrder {
  readonly place: Place;
  readonly count: number;
}

/** Answers when each note came to the handler, by the machine's clock. @throws Error where one does not come, or twice */
export async function listen(
  subject: Subject,
  { place, count }: ListenOrder,
  inPlace: () => void,
): Promise<readonly number[]> {
  const times: number[] = [];
  let calls = 0;
  const worker = await subject.work(place, ({ id }) => {
    times[id] = machineTime();
    calls += 1;
    return undefined;
  });
  inPlace();
  await until(() => worker.settled() >= count, PATIENCE);
  await worker.close();
  if (calls === count && times.length === count) return times;
  throw new Error(`Of ${count} jobs ${times.length} came, in ${calls} calls.`);
}
