import { Connection } from './connection.js';
import type { ClientSource } from './source.js';

/** Who listens to a pub/sub channel. */
export interface Listener {
  readonly onMessage: (text: string) => void;
  /** The connection was away: messages may have been missed. */
  readonly onGap: () => void;
}

/** The one connection that listens, opened when somebody first does. */
export class Subscriber {
  private connection: Promise<Connection> | undefined;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly source: ClientSource,
    private readonly name: string,
    private readonly timeouts: { readonly connect: number; readonly command: number },
  ) {}

  /** Listens until the answered function is called. Once it resolves, no message is missed. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const connection = await this.opened();
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(listener));
    await connection.send((client) => client.subscribe(channel));
    return () => this.leave(channel, listener);
  }

  close(): void {
    this.connection?.then((connection) => connection.close()).catch(() => undefined);
    this.connection = undefined;
    this.listeners.clear();
  }

  private leave(channel: string, listener: Listener): void {
    const listeners = this.listeners.get(channel);
    listeners?.delete(listener);
    if (listeners?.size !== 0) return;
    this.listeners.delete(channel);
    this.connection?.then((connection) => connection.client.unsubscribe(channel)).catch(() => undefined);
  }

  private opened(): Promise<Connection> {
    this.connection ??= this.open().catch((problem: unknown) => {
      this.connection = undefined;
      throw problem;
    });
    return this.connection;
  }

  private async open(): Promise<Connection> {
    const connection = new Connection(this.source.make(this.name), this.timeouts.command);
    try {
      await connection.open(this.timeouts.connect);
    } catch (problem) {
      connection.close();
      throw problem;
    }
    connection.client.on('message', (channel: string, text: string) => this.tell(channel, text));
    connection.client.on('ready', () => this.tellOfGap(connection));
    return connection;
  }

  private tell(channel: string, text: string): void {
    for (const listener of this.listeners.get(channel) ?? []) listener.onMessage(text);
  }

  // Subscribing again, although ioredis does, tells us when it has been done.
  private tellOfGap(connection: Connection): void {
    const channels = [...this.listeners.keys()];
    if (channels.length === 0) return;
    connection
      .send((client) => client.subscribe(...channels))
      .then(() => {
        for (const listeners of this.listeners.values()) for (const listener of listeners) listener.onGap();
      })
      .catch(() => undefined);
  }
}
