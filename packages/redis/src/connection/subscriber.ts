import type { Redis } from 'ioredis';
import { LIMITS } from '../options/defaults.js';
import { Connection } from './connection.js';
import type { ConnectionSettings } from './link.js';
import { pause } from './pause.js';
import type { ClientSource } from './source.js';

/** A listener of a pub/sub channel. */
export interface Listener {
  readonly onMessage: (text: string) => void;
  /** The connection was lost: messages may have been missed. */
  readonly onGap: () => void;
}

/** The connection for pub/sub, opened for the first listener. It subscribes again after each reconnection. */
export class Subscriber {
  private connection: Promise<SubscriberConnection> | undefined;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly source: ClientSource,
    private readonly name: string,
    private readonly settings: ConnectionSettings,
  ) {}

  /** Listens until the returned function is called. Once it resolves, no message is missed. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const connection = await this.opened();
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(listener));
    try {
      await connection.sendAgain((client) => client.subscribe(channel));
    } catch (problem) {
      this.leave(channel, listener);
      throw problem;
    }
    return () => this.leave(channel, listener);
  }

  /** Connects again: the server is not the right one any more. */
  reset(): void {
    this.connection?.then((connection) => connection.reset()).catch(() => undefined);
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
    this.connection
      ?.then((connection) => connection.isReady && connection.client.unsubscribe(channel))
      .catch(() => undefined);
  }

  private opened(): Promise<SubscriberConnection> {
    this.connection ??= this.open().catch((problem: unknown) => {
      this.connection = undefined;
      throw problem;
    });
    return this.connection;
  }

  private async open(): Promise<SubscriberConnection> {
    const connection = new SubscriberConnection(this.source, this.name, this.settings);
    try {
      await connection.open();
    } catch (problem) {
      connection.close();
      throw problem;
    }
    connection.client.on('message', (channel: string, text: string) => {
      for (const listener of this.listeners.get(channel) ?? []) listener.onMessage(text);
    });
    connection.onReady(() => void this.subscribeAgain(connection));
    return connection;
  }

  /** Retries until it succeeds or the connection is lost again. The next connection subscribes anew. */
  private async subscribeAgain(connection: SubscriberConnection): Promise<void> {
    while (connection.isReady && this.listeners.size > 0) {
      const channels = [...this.listeners.keys()];
      try {
        await connection.send((client) => client.subscribe(...channels));
        for (const listeners of this.listeners.values()) for (const listener of listeners) listener.onGap();
        return;
      } catch (problem) {
        connection.report(problem as Error);
        await pause(LIMITS.recoveryPause);
      }
    }
  }
}

/** A connection in subscriber mode, which allows few other commands. */
class SubscriberConnection extends Connection {
  override ping(): void {
    this.limits
      .within(this.listening()?.ping() ?? Promise.resolve(''), performance.now() + this.timeout)
      .catch(() => undefined);
  }

  /** Not possible in subscriber mode. The connection for commands reports it. */
  override check(): void {}

  override reset(): void {
    if (this.client.isCluster) this.listening()?.disconnect(); // The cluster then chooses another node.
    else super.reset();
  }

  /** The client that receives messages: in a cluster another one than those for commands. */
  private listening(): Redis | undefined {
    if (!this.client.isCluster) return this.client as Redis;
    return (
      (this.client as unknown as { subscriber?: { getInstance?(): Redis | null } }).subscriber?.getInstance?.() ??
      undefined
    );
  }
}
