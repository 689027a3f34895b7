import type { ListenOrder } from '../tasks/listen.js';
import type { Order } from '../tasks/index.js';
import type { Stage } from '../stage.js';
import type { SubjectName } from '../subjects/catalogue.js';

/** The tasks of a producer that answer, by id, from when each of its jobs could have come. */
type SendTask = 'sendSpaced' | 'sendLater';

/** How long after they could have did the jobs come to the handler, in milliseconds, by id. The worker is there before them. */
export async function heard<Name extends SendTask>(
  stage: Stage,
  subject: SubjectName,
  task: Name,
  order: Order<Name> & ListenOrder,
): Promise<number[]> {
  const { producer, worker } = await stage.pair(subject);
  await stage.redis.flush();
  const listening = worker.begin('listen', order);
  await listening.inPlace;
  const since: readonly number[] = await producer.run(task, order);
  const came = await listening.answer;
  return came.map((time, id) => time - since[id]!);
}
