import type { MessageAction } from '../actor/message-dependency.js';
import type { OutgoingMessage } from '../message/index.js';

/** What a job leaves in its result bucket: a value, or an error. */
export type ActorResult = { readonly value: unknown } | { readonly error: unknown };

/** What to do with a delivery. */
export type Disposition =
  /** Not settled. The broker delivers it again when its ownership expires. */
  { readonly action: 'leave'; readonly error?: unknown } | SettlingDisposition;

/** A disposition that ends the delivery with a settlement. */
export type SettlingDisposition =
  /** Done. With an error as its result, the run failed and the message is acknowledged anyway. */
  | { readonly action: 'ack'; readonly result: ActorResult }
  /** Done, and the reply is published. */
  | { readonly action: 'reply'; readonly result: ActorResult; readonly reply: OutgoingMessage }
  /** Moved to the dead letters. `wasNotRun`: no actor ran on this delivery. */
  | { readonly action: 'nack'; readonly result: { readonly error: unknown }; readonly wasNotRun?: boolean }
  /** Returned to the channel at once. Not counted as an attempt. */
  | { readonly action: 'reject'; readonly error?: unknown }
  /** Returned to the channel after a delay. Counted as an attempt. */
  | { readonly action: 'retry'; readonly delay: number; readonly error?: unknown }
  /** Returned to the channel after a delay. Not counted as an attempt: this worker cannot run it now. */
  | { readonly action: 'postpone'; readonly delay: number }
  /** Returned to the channel after a delay. Counted as a delivery to a worker that has no actor for it. */
  | { readonly action: 'pass-on'; readonly delay: number }
  /** A recurring job waits for its next time. Any other job runs again, with its retries reset. */
  | { readonly action: 'reschedule' };

const PUBLIC_NAMES: Readonly<Record<SettlingDisposition['action'], MessageAction>> = {
  ack: 'acked',
  reply: 'replied',
  nack: 'nacked',
  reject: 'rejected',
  retry: 'retried',
  postpone: 'rejected',
  'pass-on': 'rejected',
  reschedule: 'rescheduled',
};

/** The name of the action in `MessageDependency.action`. */
export function publicAction({ action }: SettlingDisposition): MessageAction {
  return PUBLIC_NAMES[action];
}

/** True if the work is done, so that its followers are published. */
export function isDone(disposition: SettlingDisposition): boolean {
  const { action } = disposition;
  if (action === 'ack' || action === 'reply') return 'value' in disposition.result;
  return action === 'reschedule';
}

/** The error of the run, in an object; undefined if the run did not fail. */
export function failureOf(disposition: Disposition): { readonly error?: unknown } | undefined {
  const outcome = 'result' in disposition ? disposition.result : disposition;
  return 'error' in outcome ? outcome : undefined;
}
