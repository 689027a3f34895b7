import type { MessageAction } from '../actor/index.js';
import { RunEndedError } from '../errors/index.js';

/** How far a run has come. */
export interface RunState {
  readonly actor: string;
  readonly action: MessageAction | undefined;
  /** True once the actor, and what stands around it, has ended. */
  readonly hasEnded: boolean;
  /** True while callbacks are called: what they send is sent after them. */
  readonly isCallingBack: boolean;
  /** True where the message is settled before the actor is run, and its result is stored after that. */
  readonly isAckedFirst: boolean;
}

/** What a call of an actor adds to its run. */
export type Addition = 'follower' | 'callback' | 'result';

/** The error of a call that comes too late to have an effect; undefined where it is in time. */
export function lateCallError(call: string, addition: Addition, state: RunState): RunEndedError | undefined {
  const why = whyTooLate(addition, state);
  return why === undefined ? undefined : new RunEndedError(call, why);
}

function whyTooLate(addition: Addition, state: RunState): string | undefined {
  const { actor, action, hasEnded, isCallingBack, isAckedFirst } = state;
  if (hasEnded && (addition === 'result' || !isCallingBack)) return `actor "${actor}" had ended`;
  if (addition === 'result' && action !== undefined && !isAckedFirst) return `the message was settled ("${action}")`;
  const isGivenBack = action === 'retried' || action === 'rejected';
  return addition === 'follower' && isGivenBack
    ? `the message was given back ("${action}"), to be run again`
    : undefined;
}
