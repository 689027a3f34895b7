import type { Delivery } from '../broker/index.js';
import type { MessageParameters } from '../message/index.js';
import { derivedId } from './derived-id.js';

/**
 * The id of the follower that a run adds at this place, from 0: the same each time that the run is repeated, and another for every other
 * run, job, and message.
 *
 * A job is known by its id, and its run by the nonce. A bare message is known by its place in the broker.
 */
export function followerId(
  { id, priority, message }: Pick<Delivery, 'id' | 'priority' | 'message'>,
  { id: jobId, nonce = '' }: Pick<MessageParameters, 'id' | 'nonce'>,
  place: number,
): string {
  const parent = jobId === undefined ? ['message', message.channel, priority, id] : ['job', jobId];
  return derivedId(...parent, nonce, String(place));
}
