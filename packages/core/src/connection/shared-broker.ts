/** What a connection is made of: opened and closed. */
export interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** A broker that several connections of this process may hold, such as those of two applications. It is disconnected when the last lets go. */
class SharedBroker {
  private holders = 0;
  private disconnecting: Promise<void> | undefined;

  constructor(private readonly broker: Connectable) {}

  /** Counts one more, at once. Resolves when it is connected; whoever fails has to let go as well. */
  async acquire(): Promise<void> {
    this.holders += 1;
    await this.disconnecting?.catch(() => undefined);
    await this.broker.connect();
  }

  drop(): void {
    this.holders -= 1;
  }

  /** Disconnects it where nobody holds it, also while it is being connected. */
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

/** The brokers that one connection holds, each once. */
export class HeldBrokers {
  private readonly held = new Set<Connectable>();

  constructor(private readonly brokers: readonly Connectable[]) {}

  /** Connects those that are not held yet. Rejects as they do; those that went well are held. */
  async acquire(): Promise<void> {
    const missing = this.brokers.filter((broker) => !this.held.has(broker));
    await Promise.all(missing.map((broker) => this.acquireOne(broker)));
  }

  /** Disconnects those that no other connection of this process holds: the first before the others. */
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
