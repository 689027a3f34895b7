import type { MessageAction } from '../actor/index.js';
import { RunEndedError } from '../errors/index.js';

/** The progress of a run. */
export interface RunState {
  readonly actor: string;
  readonly action: MessageAction | undefined;
  /** True once the actor and its middlewares have ended. */
  readonly hasEnded: boolean;
  /** True while callbacks run. What they send is sent after them. */
  readonly isCallingBack: boolean;
  /** True if the message is acknowledged before the actor runs, and its result is stored afterwards. */
  readonly isAckedFirst: boolean;
}

/** What a call of an actor adds to its run. */
export type Addition = 'follower' | 'callback' | 'result';

/** Returns the error of a call that is too late to have an effect; undefined if it is in time. */
export function lateCallError(call: string, addition: Addition, state: RunState): RunEndedError | undefined {
  const reason = reasonWhyLate(addition, state);
  return reason === undefined ? undefined : new RunEndedError(call, reason);
}

function reasonWhyLate(addition: Addition, state: RunState): string | undefined {
  const { actor, action, hasEnded, isCallingBack, isAckedFirst } = state;
  if (hasEnded && (addition === 'result' || !isCallingBack)) return `actor "${actor}" had ended`;
  if (addition === 'result' && action !== undefined && !isAckedFirst) return `the message was settled ("${action}")`;
  const isReturned = action === 'retried' || action === 'rejected';
  return addition === 'follower' && isReturned
    ? `the message was returned to its channel ("${action}"), to be run again`
    : undefined;
}
