/** Something that can be connected and disconnected. */
export interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * A broker that several connections of this process may use, such as those of two applications. It is disconnected when
 * the last one releases it.
 */
class SharedBroker {
  private holders = 0;
  private disconnecting: Promise<void> | undefined;

  constructor(private readonly broker: Connectable) {}

  /**
   * Counts one more user immediately; resolves once the broker is connected. A caller must release it even after a
   * rejection.
   */
  async acquire(): Promise<void> {
    this.holders += 1;
    await this.disconnecting?.catch(() => undefined);
    await this.broker.connect();
  }

  drop(): void {
    this.holders -= 1;
  }

  /** Disconnects the broker if it has no users, even while it is connecting. */
  async disconnect(): Promise<void> {
    if (this.holders > 0) return;
    this.disconnecting = this.broker.disconnect();
    await this.disconnecting;
  }
}

const SHARED = new WeakMap<Connectable, SharedBroker>();

function shared(broker: Connectable): SharedBroker {
  let found = SHARED.get(broker);
  if (!found) SHARED.set(broker, (found = new SharedBroker(broker)));
  return found;
}

/** The brokers that one connection uses, each once. */
export class HeldBrokers {
  private readonly held = new Set<Connectable>();

  constructor(private readonly brokers: readonly Connectable[]) {}

  /** Connects the brokers that are not acquired yet. Rejects as they do; the brokers that connected stay acquired. */
  async acquire(): Promise<void> {
    const missing = this.brokers.filter((broker) => !this.held.has(broker));
    await Promise.all(missing.map((broker) => this.acquireOne(broker)));
  }

  /** Disconnects the brokers that no other connection of this process uses: the first one before the others. */
  async release(): Promise<void> {
    const [first, ...others] = this.brokers;
    if (first) await this.releaseOne(first);
    await Promise.all(others.map((broker) => this.releaseOne(broker)));
  }

  private async acquireOne(broker: Connectable): Promise<void> {
    this.held.add(broker);
    try {
      await shared(broker).acquire();
    } catch (error) {
      this.drop(broker);
      throw error;
    }
  }

  private async releaseOne(broker: Connectable): Promise<void> {
    this.drop(broker);
    await shared(broker).disconnect();
  }

  private drop(broker: Connectable): void {
    if (this.held.delete(broker)) shared(broker).drop();
  }
}
