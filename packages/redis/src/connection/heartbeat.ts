import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { LIMITS } from '../options/defaults.js';
import { RepeatingTimer } from './repeating-timer.js';

/** A connection that a heartbeat monitors. */
export interface MonitoredConnection {
  /** True if there is a connection, before or after the handshake. */
  readonly isConnected: boolean;
  /** True if commands can be sent over it. */
  readonly isReady: boolean;
  /** How much was received so far. It has no unit: it grows with each reply, and while a large one is received. */
  readonly received: number;
  /** How many replies are pending. */
  readonly awaited: number;
  /** Until when no reply is expected, by the process' monotonic clock: a command blocks in Redis. */
  readonly quietUntil: number;
  /** Sends a command that Redis replies to at once. Never rejects. */
  ping(): void;
  /** Checks that the server is still the master. Never rejects. */
  check(): void;
  /** True if the server replies over another connection. */
  isServerAlive(): Promise<boolean>;
  /** Closes the connection, and connects again. */
  reset(): void;
  /** Connects if ioredis has given up or not begun. */
  revive(): void;
}

/**
 * Checks regularly whether a connection is alive: by its replies, or by a ping if no command is pending. A connection that is silent while
 * the server replies over another one is half open, and is closed. A server that does not reply at all is waited for, because it may still
 * carry out pending commands.
 */
export class Heartbeat {
  private seen = -1;
  private since = 0;
  private isAsking = false;
  private readonly looking = new RepeatingTimer(LIMITS.heartbeat, async () => {
    await turnOfTheLoop(); // Replies that arrived while the event loop was blocked are read first.
    this.look();
  });

  constructor(private readonly connection: MonitoredConnection) {}

  start(): void {
    this.looking.start();
  }

  stop(): void {
    this.looking.stop();
  }

  /** The connection is new: its silence begins now. */
  noteNew(): void {
    this.since = performance.now();
  }

  private look(): void {
    const { connection } = this;
    const now = performance.now();
    if (!connection.isConnected) return connection.revive();
    if (connection.received !== this.seen) {
      this.seen = connection.received;
      this.since = now;
      connection.check();
    } else if (connection.awaited === 0 && connection.isReady) {
      this.since = now;
      connection.ping();
    } else if (now - Math.max(this.since, connection.quietUntil) >= LIMITS.silence) {
      void this.suspect();
    }
  }

  private async suspect(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const isAlive = await this.connection.isServerAlive();
    this.isAsking = false;
    if (isAlive && this.connection.isConnected && this.connection.received === this.seen) this.connection.reset();
  }
}
