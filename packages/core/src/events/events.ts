/** What happens inside the engine that somebody may want to know. `describeEvent` puts each in words. */
export type RepidEvent =
  | { readonly type: 'worker-started'; readonly channels: readonly string[] }
  | { readonly type: 'worker-stopping'; readonly inFlight: number; readonly reason: string }
  | { readonly type: 'worker-stopped'; readonly processed: number }
  | { readonly type: 'broker-problem'; readonly problem: unknown }
  | {
      readonly type: 'retrying';
      readonly actor: string;
      readonly id: string;
      readonly error: unknown;
      readonly delay: number;
    }
  | {
      readonly type: 'dead-lettered';
      readonly actor: string;
      readonly id: string;
      readonly channel: string;
      readonly error: unknown;
    }
  | {
      readonly type: 'given-back';
      readonly actor: string;
      readonly id: string;
      readonly channel: string;
      readonly error?: unknown;
    }
  /** A topic that no actor takes, told once for all of its messages. `timeout`: how long they may stay unrouted, in milliseconds. */
  | {
      readonly type: 'unrouted';
      readonly topic: string | undefined;
      readonly channel: string;
      readonly error: unknown;
      readonly timeout: number;
    }
  /** A running job was cancelled. Its broker has ended it; its run was called off. */
  | { readonly type: 'cancelled'; readonly actor: string; readonly id: string; readonly channel: string }
  /** Something was sent, set or added by a run that was over; it was refused. */
  | { readonly type: 'refused'; readonly actor: string; readonly id: string; readonly error: unknown }
  /** A message has lost its worker too often: it is to be run alone, for which the messages in flight have to end. */
  | { readonly type: 'suspect-awaited'; readonly inFlight: number }
  | { readonly type: 'failure-acknowledged'; readonly actor: string; readonly id: string; readonly error: unknown }
  | { readonly type: 'left-unsettled'; readonly actor: string; readonly id: string }
  /** A run goes on although it was called off so many milliseconds ago. Told again as long as it does, more and more seldom. */
  | {
      readonly type: 'signal-ignored';
      readonly actor: string;
      readonly id: string;
      readonly reason: unknown;
      readonly since: number;
    }
  | { readonly type: 'ownership-lost'; readonly id: string; readonly channel: string }
  | { readonly type: 'settlement-failed'; readonly id: string; readonly channel: string; readonly error: unknown }
  | { readonly type: 'callback-failed'; readonly actor: string; readonly id: string; readonly error: unknown }
  | { readonly type: 'reply-unexpected'; readonly channel: string };

/** Is told of events. What it throws, or rejects with, goes to the console and harms nobody. */
export type EventListener = (event: RepidEvent) => void;
