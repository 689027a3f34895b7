import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { LIMITS } from '../options/defaults.js';
import { Regularly } from './regularly.js';

/** What is to be known of a connection. */
export interface Patient {
  /** True where there is a connection, accepted or not. */
  readonly isConnected: boolean;
  /** True where commands can be sent over it. */
  readonly isReady: boolean;
  /** How much has come so far, in no unit: it grows with each answer, and while a large one comes. */
  readonly received: number;
  /** How many are awaited. */
  readonly awaited: number;
  /** Until when no answer is to be expected, by the process' monotonic clock: it waits for something in Redis. */
  readonly quietUntil: number;
  /** Asks for something that is answered at once. Never rejects. */
  ping(): void;
  /** Sees whether the server that answers is the right one. Never rejects. */
  check(): void;
  /** True where the server answers over another connection. */
  isServerAlive(): Promise<boolean>;
  /** Cuts it, to connect anew. */
  reset(): void;
  /** Connects anew where that was given up. */
  revive(): void;
}

/**
 * Looks now and then whether a connection is alive: by what is answered over it, or by a ping where nothing is asked. One
 * that is silent while the server answers over another one is dead without knowing it, and is cut. A server that answers
 * nobody is waited for: what is on its way to it may still be done.
 */
export class Heartbeat {
  private seen = -1;
  private since = 0;
  private isAsking = false;
  private readonly looking = new Regularly(LIMITS.heartbeat, async () => {
    await turnOfTheLoop(); // What has come while the event loop was held up is read first.
    this.look();
  });

  constructor(private readonly patient: Patient) {}

  start(): void {
    this.looking.start();
  }

  stop(): void {
    this.looking.stop();
  }

  /** The connection was made anew: its silence begins now. */
  noteNew(): void {
    this.since = performance.now();
  }

  private look(): void {
    const { patient } = this;
    const now = performance.now();
    if (!patient.isConnected) return patient.revive();
    if (patient.received !== this.seen) {
      this.seen = patient.received;
      this.since = now;
      patient.check();
    } else if (patient.awaited === 0 && patient.isReady) {
      this.since = now;
      patient.ping();
    } else if (now - Math.max(this.since, patient.quietUntil) >= LIMITS.silence) {
      void this.suspect();
    }
  }

  private async suspect(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const isAlive = await this.patient.isServerAlive();
    this.isAsking = false;
    if (isAlive && this.patient.isConnected && this.patient.received === this.seen) this.patient.reset();
  }
}
