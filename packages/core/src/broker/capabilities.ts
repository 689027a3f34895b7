import { UnsupportedError } from '../errors/index.js';

/** What a message broker supports. A request for anything else is refused with the capability's name, never ignored. */
export interface MessageBrokerCapabilities {
  /** Delivers messages later (`dueAt`, `delay`, retries with a delay). */
  readonly delay: boolean;
  /** Distinguishes the priorities `high`, `medium` and `low`. */
  readonly priority: boolean;
  /** Refuses duplicate job ids, finds jobs by id, and cancels them. */
  readonly jobIds: boolean;
  /** Blocks messages that wait for buckets (`waits`). The buckets must be in a transactional bucket broker. */
  readonly dependencies: boolean;
  /** Commits a settlement atomically. Otherwise the broker stores, publishes and then acknowledges, in this order. */
  readonly atomicSettlement: boolean;
  /** Keeps dead letters and replays them. */
  readonly deadLetters: boolean;
  /** Pauses, resumes, counts, peeks, purges and deletes channels. */
  readonly administration: boolean;
}

/** @throws UnsupportedError that names the broker, the capability and the request */
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
