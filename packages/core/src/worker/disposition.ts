import type { MessageAction } from '../actor/message-dependency.js';
import type { OutgoingMessage } from '../message/index.js';
import type { Verdict } from './decide.js';

/** What a run has produced: a value, or an error. */
export type ActorResult = { readonly value: unknown } | { readonly error: unknown };

/** How a message is closed, before it is put into a settlement. */
export type Closing =
  | { readonly action: 'acked'; readonly result: ActorResult }
  | { readonly action: 'replied'; readonly result: ActorResult; readonly reply: OutgoingMessage }
  /** `wasNotRun` where no actor was run on it this time. */
  | { readonly action: 'nacked'; readonly result: { readonly error: unknown }; readonly wasNotRun?: boolean }
  | { readonly action: 'rejected' }
  | { readonly action: 'retried'; readonly delay: number }
  /** Back after a rest, as it was: what it needs could not be read, which is nobody's failure. */
  | { readonly action: 'postponed'; readonly delay: number }
  /** Back with a changed header and after a rest, counted as a look by a worker without an actor for it. */
  | { readonly action: 'unrouted'; readonly delay: number }
  | { readonly action: 'rescheduled' };

/** How an action is called where `MessageDependency.action` tells it. */
export function actionOf(closing: Closing): MessageAction {
  return closing.action === 'unrouted' || closing.action === 'postponed' ? 'rejected' : closing.action;
}

/** The closing that a verdict asks for; none where the message is left. */
export function closingFor(verdict: Verdict, returned: unknown): Closing | undefined {
  switch (verdict.action) {
    case 'ack':
      return { action: 'acked', result: 'error' in verdict ? { error: verdict.error } : { value: returned } };
    case 'nack':
      return { action: 'nacked', result: { error: verdict.error } };
    case 'reject':
      return { action: 'rejected' };
    case 'retry':
      return { action: 'retried', delay: verdict.delay };
    case 'leave':
      return undefined;
  }
}

/** True where the work counts as done, so that what was sent with it goes out. */
export function isDone(closing: Closing): boolean {
  if (closing.action === 'acked' || closing.action === 'replied') return 'value' in closing.result;
  return closing.action === 'rescheduled';
}
