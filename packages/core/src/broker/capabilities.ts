import { UnsupportedError } from '../errors/index.js';

/** What a message broker can do. What it cannot is refused by name when it is asked for, never dropped silently. */
export interface MessageBrokerCapabilities {
  /** Delivers a message later (`dueAt`, `delay`, retries with a delay). */
  readonly delay: boolean;
  /** Tells `high`, `medium` and `low` apart. */
  readonly priority: boolean;
  /** Refuses a job id that is there already, finds jobs by id and cancels them. */
  readonly jobIds: boolean;
  /** Parks messages that wait for buckets (`waits`), in the place where joined bucket brokers store them. */
  readonly dependencies: boolean;
  /** Commits a whole settlement as one act; otherwise it stores, publishes, then acknowledges, in this order. */
  readonly atomicSettlement: boolean;
  /** Keeps dead letters and replays them. */
  readonly deadLetters: boolean;
  /** Pauses, resumes, counts, peeks, purges and deletes channels. */
  readonly administration: boolean;
}

/** @throws UnsupportedError naming the broker, the capability and what asked for it */
export function requireCapability(
  broker: { readonly name: string; readonly capabilities: MessageBrokerCapabilities },
  capability: keyof MessageBrokerCapabilities,
  askedBy: string,
): void {
  if (!broker.capabilities[capability]) {
    throw new UnsupportedError(
      `${askedBy} needs a message broker with the capability "${capability}", which the ${broker.name} broker lacks. ` +
        'Leave it out, or use another broker.',
    );
  }
}
