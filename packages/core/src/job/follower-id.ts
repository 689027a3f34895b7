import type { Delivery } from '../broker/index.js';
import type { MessageParameters } from '../message/index.js';
import { derivedId } from './derived-id.js';

/**
 * The id of a run's follower number `position`, from 0. A repeated run derives the same ids; every other run, job and
 * message derives different ones.
 *
 * A job is identified by its id and its run by the nonce; a bare message by its id in the broker.
 */
export function followerId(
  { id, priority, message }: Pick<Delivery, 'id' | 'priority' | 'message'>,
  { id: jobId, nonce = '' }: Pick<MessageParameters, 'id' | 'nonce'>,
  position: number,
): string {
  const parent = jobId === undefined ? ['message', message.channel, priority, id] : ['job', jobId];
  return derivedId(...parent, nonce, String(position));
}
