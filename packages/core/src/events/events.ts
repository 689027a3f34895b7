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
  | { readonly type: 'failure-acknowledged'; readonly actor: string; readonly id: string; readonly error: unknown }
  | { readonly type: 'left-unsettled'; readonly actor: string; readonly id: string }
  | { readonly type: 'signal-ignored'; readonly actor: string; readonly id: string; readonly reason: unknown }
  | { readonly type: 'ownership-lost'; readonly id: string; readonly channel: string }
  | { readonly type: 'settlement-failed'; readonly id: string; readonly channel: string; readonly error: unknown }
  | { readonly type: 'callback-failed'; readonly actor: string; readonly id: string; readonly error: unknown }
  | { readonly type: 'reply-unexpected'; readonly channel: string };

/** Is told of events. It must not throw. */
export type EventListener = (event: RepidEvent) => void;
