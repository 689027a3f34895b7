import { DuplicateJobError, type OutgoingMessage, type TakenBy } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import { FIELD_NAMES } from '../codec/field-names.js';
import type { ChannelKeys, Keys } from '../keys.js';
import { Call, type Invocation, type ScriptArgument, invocation } from './call.js';
import type { FastPaths } from './fast-paths.js';
import { addMessage, addMessages, isSimple } from './message.js';
import { scripts } from './scripts.generated.js';

/** Messages that are published all or none. */
export interface Publication {
  readonly messages: readonly OutgoingMessage[];
}

/**
 * A message whose id is taken: its index in its publication, from 1; the id; what has the id. If that is a job: its state, id and channel.
 */
type Taken = readonly [index: number, id: string, by: string, location?: string, jobId?: string, channel?: string];

/** The reply of the general path: for each publication that was not added, its index in the call, and what went wrong. */
export type PublishReply = readonly (readonly [index: number, problem: Taken | string])[];

/** The call of a fast path. It returns the indexes of the groups that it has left out. */
export interface FastPublishCall {
  readonly call: Invocation;
  /** True if each group is one publication. Otherwise all messages are one group. */
  readonly isByPublication: boolean;
}

/** The call of the general path. */
export function publishCall(publications: readonly Publication[], keys: Keys): Invocation {
  const call = new Call(scripts.publish, keys).add(publications.length);
  for (const { messages } of publications) addMessages(call, messages);
  return call;
}

/** The call of a fast path; undefined if none can publish all of the messages. */
export function fastPublishCall(
  publications: readonly Publication[],
  keys: Keys,
  fastPaths: FastPaths,
): FastPublishCall | undefined {
  if (!publications.every(({ messages }) => messages.every(isSimple))) return undefined;
  const only = theOnlyMessage(publications);
  if (only && only.waits === undefined && fastPaths.has('publish_one'))
    return { call: oneCall(only, keys), isByPublication: true };
  return fastPaths.has('publish_simple') ? simpleCall(publications, keys) : undefined;
}

/** The error for a publication that the general path has not added. `refused` makes an error of Redis' text. */
export function publishProblem(
  { messages }: Publication,
  problem: Taken | string,
  refused: (text: string) => Error,
): Error {
  if (typeof problem === 'string') return refused(problem);
  const [index, id] = problem;
  return new DuplicateJobError(id, messages[index - 1]!.channel, takenBy(problem));
}

/** Groups have equal sizes. If publications have different numbers of messages, all form one group. */
function simpleCall(publications: readonly Publication[], keys: Keys): FastPublishCall {
  const size = publications[0]!.messages.length;
  const isByPublication = publications.every(({ messages }) => messages.length === size);
  const count = publications.reduce((sum, { messages }) => sum + messages.length, 0);
  const call = new Call(scripts.publishSimple, keys, keysForSimple).add(count, isByPublication ? size : count);
  for (const { messages } of publications) for (const message of messages) addMessage(call, message);
  return { call, isByPublication };
}

function keysForSimple({ streams, waiting, control }: ChannelKeys): readonly string[] {
  return [streams.medium, waiting, control];
}

function oneCall(message: OutgoingMessage, keys: Keys): Invocation {
  const { id = '', channel } = message;
  const args: ScriptArgument[] = [id, channel];
  const [letters, values] = encodeFields(message);
  values.forEach((value, n) => args.push(FIELD_NAMES[letters[n] as keyof typeof FIELD_NAMES], value));
  if (needsIdField(message)) args.push('id', id);
  return invocation(scripts.publishOne, [keys.channel(channel).streams.medium, keys.jobs], args);
}

function theOnlyMessage([first, second]: readonly Publication[]): OutgoingMessage | undefined {
  return second === undefined && first?.messages.length === 1 ? first.messages[0] : undefined;
}

function takenBy([, , by, location = '', jobId = '', channel = '']: Taken): TakenBy {
  return by === 'job' ? { channel, jobId, location } : (by as Extract<TakenBy, string>);
}
