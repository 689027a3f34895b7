import type { Keys } from '../keys.js';
import { NextCall, type Take } from '../script/next-call.js';
import type { Request } from './act.js';
import { LETTER } from './priority-letters.js';

/** The call that commits a settlement and takes what is next; undefined where the two have too little in common. */
export function nextCallFor({ delivery, act }: Request, take: Take, keys: Keys): NextCall | undefined {
  const { message, priority, deliveryCount, hold } = delivery;
  const { entry, jobId } = hold;
  const { streams } = keys.channel(message.channel);
  if (hold.consumer !== take.consumer || streams[priority] !== take.stream) return undefined;
  if (act.outcome === 'done') return new NextCall(take, { entry, deliveryCount });
  if ((act.outcome !== 'freed' && act.outcome !== 'spent') || jobId === undefined) return undefined;
  const ownArgs = act.outcome === 'spent' ? keys.bucket(hold.ownArgs!) : undefined;
  const location = `${LETTER[priority]}${entry}@${message.channel}`;
  const job = { jobs: keys.jobs, id: jobId, location, ownArgs };
  return new NextCall(take, { entry, deliveryCount, job });
}
