/** Everything the engine reports. `describeEvent` turns each event into text. */
export type RepidEvent =
  | { readonly type: 'worker-started'; readonly channels: readonly string[] }
  | { readonly type: 'worker-stopping'; readonly inFlight: number; readonly reason: string }
  | { readonly type: 'worker-stopped'; readonly processed: number }
  | { readonly type: 'broker-problem'; readonly problem: unknown }
  | {
      readonly type: 'retrying';
      readonly actor: string;
      readonly id: string;
      /** Undefined if the actor asked for it by `msg.retry()`. */
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
  /**
   * No actor takes this topic; reported once per topic. `timeout`: how long messages may stay unrouted, in
   * milliseconds.
   */
  | {
      readonly type: 'unrouted';
      readonly topic: string | undefined;
      readonly channel: string;
      readonly error: unknown;
      readonly timeout: number;
    }
  /** A running job was cancelled. The broker has ended it, and its run was aborted. */
  | { readonly type: 'cancelled'; readonly actor: string; readonly id: string; readonly channel: string }
  /** A run that was over sent, set or added something, which was refused. */
  | { readonly type: 'refused'; readonly actor: string; readonly id: string; readonly error: unknown }
  /** A suspect must run alone: no more messages are received until those in flight have ended. */
  | { readonly type: 'suspect-awaited'; readonly inFlight: number }
  | { readonly type: 'failure-acknowledged'; readonly actor: string; readonly id: string; readonly error: unknown }
  | { readonly type: 'left-unsettled'; readonly actor: string; readonly id: string }
  /** A run continues `since` milliseconds after it was aborted. Repeated while it continues, at growing intervals. */
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

/** Receives events. What it throws, or rejects with, is written to the console and has no other effect. */
export type EventListener = (event: RepidEvent) => void;
