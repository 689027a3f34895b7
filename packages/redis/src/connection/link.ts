import type { Cluster, Redis } from 'ioredis';
import { BrokerRefusedError } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import { ReplyTimeouts } from './reply-timeouts.js';
import { isNodeReady, slotOf } from './cluster-node.js';
import { Heartbeat, type MonitoredConnection } from './heartbeat.js';
import { type Identity, type TimeSample, askTime, handshake } from './handshake.js';
import { Outage } from './outage.js';
import { pause } from './pause.js';
import { NotSentError, isReadOnly, refusalTextOf, refusedAtConnect } from './problems.js';
import { isServerAlive } from './server-alive.js';
import type { Client, ClientSource } from './source.js';
import { redact } from './redact.js';

/** How a connection works, and what it reports. */
export interface ConnectionSettings {
  /** How long a call waits, reconnecting included, in milliseconds. */
  readonly timeout: number;
  /** How long opening may take, in milliseconds. */
  readonly connectTimeout: number;
  /** A key that never exists. A user who may not delete it is refused when connecting. */
  readonly key: string;
  /** Called each time with what an operator should know. */
  readonly onProblem: (problem: Error) => void;
  /** Called with the server's time after each handshake and ping. */
  readonly onTime?: (sample: TimeSample) => void;
  /** True if a call may exceed its timeout while its reply is being received. @default false */
  readonly waitsWhileReceiving?: boolean;
}

/**
 * A client of ioredis that is kept connected. It connects again if the connection was lost or is half open, and is ready only after the
 * handshake. It leaves no promise unhandled.
 */
export class Link implements MonitoredConnection {
  readonly client: Client;
  readonly timeout: number;
  quietUntil = 0;
  protected readonly limits: ReplyTimeouts;
  /** On a cluster, the slot of all our keys. */
  private readonly slot: number | undefined;
  private isClosed = false;
  private isOpening = false;
  /** True after the handshake. */
  private isAccepted = false;
  /** How the server knows the last connection whose handshake succeeded. */
  private identity: Identity | undefined;
  /** The number of the connection, to tell it from earlier ones. */
  private epoch = 0;
  private lastProblem: Error | undefined;
  private readonly outage = new Outage(() => this.report(this.unreachable('there is no connection yet')));
  private readonly heartbeat = new Heartbeat(this);
  private readonly whenReady: (() => void)[] = [];

  /** @param name what `CLIENT LIST` shows */
  constructor(
    protected readonly source: ClientSource,
    name: string,
    protected readonly settings: ConnectionSettings,
  ) {
    this.client = source.make(name);
    this.timeout = settings.timeout;
    const received = settings.waitsWhileReceiving ? () => this.received : undefined;
    this.limits = new ReplyTimeouts(source.address, () => this.reset(), received);
    this.slot = source.cluster ? slotOf(settings.key) : undefined;
    this.client.on('error', (problem: unknown) => this.note(problem));
    this.client.on('node error', (problem: unknown) => this.note(problem));
    this.client.on('connect', () => this.heartbeat.noteNew());
    this.client.on('ready', () => void this.handshake());
    this.client.on('close', () => this.lose());
    this.client.on('end', () => void pause(LIMITS.refusalPause).then(() => this.revive())); // ioredis has given up. We do not.
  }

  /**
   * @throws BrokerUnavailableError when there is no connection within `connectTimeout`
   * @throws BrokerRefusedError as soon as the server refuses it for good
   */
  async open(): Promise<void> {
    const { connectTimeout } = this.settings;
    this.isOpening = true;
    this.heartbeat.start();
    try {
      await this.ready(connectTimeout, connectTimeout);
    } finally {
      this.isOpening = false;
    }
  }

  /** Closes it at once. Calls in progress reject. */
  close(): void {
    this.isClosed = true;
    this.heartbeat.stop();
    this.lose();
    this.client.disconnect();
    this.outage.end(this.unreachable('the connection was closed'));
  }

  get isReady(): boolean {
    if (!this.isAccepted || this.client.status !== 'ready') return false;
    return this.slot === undefined || isNodeReady(this.client as Cluster, this.slot);
  }

  get isConnected(): boolean {
    return this.client.status === 'connect' || this.client.status === 'ready';
  }

  get received(): number {
    return this.limits.replies + bytesRead(this.client);
  }

  get awaited(): number {
    return this.limits.awaited;
  }

  /** Calls the listener after each handshake. */
  onReady(listener: () => void): void {
    this.whenReady.push(listener);
  }

  /**
   * Resolves once commands can be sent.
   * @param limit the limit that the error names. `timeout` may be what is left of it
   * @throws BrokerUnavailableError after `timeout` milliseconds
   */
  async ready(timeout: number, limit = this.timeout): Promise<void> {
    if (this.isReady) return;
    if (this.isClosed) throw this.unreachable('the connection was closed');
    this.revive();
    if (this.isAccepted && this.client.status === 'ready') void this.handshake(); // Finds its node again.
    await this.outage.wait(timeout, () => this.unreachable(`no connection within ${Math.round(limit)} ms`));
  }

  reset(): void {
    if (this.isClosed) return;
    this.lose();
    const { stream } = this.client as { stream?: { readonly destroyed: boolean; destroy(): void } };
    if (stream?.destroyed) return; // It is closed already.
    this.client.disconnect(true);
    // ioredis also waits for the other side to close, which a dead one never does.
    stream?.destroy();
  }

  /** Sends nothing more, closes the connection when no reply is pending, and looks for another server. */
  async leave(): Promise<void> {
    if (!this.isAccepted) return;
    this.lose();
    const { epoch } = this;
    const end = performance.now() + LIMITS.leaveTimeout;
    while (this.awaited > 0 && performance.now() < end) await pause(LIMITS.noticeInterval);
    if (epoch === this.epoch) this.reset();
  }

  revive(): void {
    const { status } = this.client;
    if (this.isClosed || (status !== 'end' && status !== 'wait')) return;
    this.client.connect().catch((problem: unknown) => this.note(problem));
  }

  /** Asks for the server's time. */
  ping(): void {
    this.inTime(askTime(this.client, this.settings.key)).then(
      (sample) => this.settings.onTime?.(sample),
      (problem: unknown) => this.leaveIfReplica(problem),
    );
  }

  /** Reads alone would not show that the server is not the master any more. */
  check(): void {
    if (this.isReady) this.ping();
  }

  isServerAlive(): Promise<boolean> {
    return isServerAlive(this.source, this.settings.key);
  }

  report(problem: Error): void {
    this.settings.onProblem(problem);
  }

  /** Looks for the master if the problem says that the server is a replica. */
  protected leaveIfReplica(_problem: unknown): void {}

  private async handshake(): Promise<void> {
    this.lose();
    const { epoch } = this;
    for (;;) {
      const problem = await this.tryHandshake();
      if (epoch !== this.epoch) return;
      if (!problem) return this.becomeReady();
      this.refuse(problem);
      await pause(LIMITS.refusalPause);
      if (epoch !== this.epoch) return;
      if (isReadOnly(refusalTextOf(problem))) return this.reset(); // Another connection may lead to the master.
    }
  }

  private async tryHandshake(): Promise<Error | undefined> {
    const { client, source, settings } = this;
    try {
      const { time, identity } = await this.inTime(handshake(client, source.database, settings.key, this.identity));
      this.identity = identity;
      settings.onTime?.(time);
      return undefined;
    } catch (problem) {
      return problem as Error;
    }
  }

  private inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
    return this.limits.within(reply, performance.now() + this.timeout);
  }

  private becomeReady(): void {
    this.isAccepted = true;
    this.lastProblem = undefined;
    this.outage.end();
    for (const listener of this.whenReady) listener();
  }

  private lose(): void {
    this.isAccepted = false;
    this.epoch += 1;
  }

  private note(raw: unknown): void {
    // The error of a cluster holds the error of its node.
    const { lastNodeError } = (raw ?? {}) as { lastNodeError?: unknown };
    const problem = redact(lastNodeError ?? raw);
    this.lastProblem = problem;
    const refusal = refusedAtConnect(problem, this.source.address);
    if (refusal) this.refuse(refusal);
  }

  private refuse(problem: Error): void {
    this.lastProblem = problem;
    if (!(problem instanceof BrokerRefusedError)) return;
    if (this.isOpening) this.outage.end(problem);
    else this.report(problem);
  }

  protected unreachable(why: string): NotSentError {
    const { lastProblem, source } = this;
    const cause = lastProblem ? ` (${lastProblem.message})` : '';
    return new NotSentError(source.address, `${why}${cause}`, lastProblem);
  }
}

/** The bytes read over the connections that are open now. A cluster has one for each node. */
function bytesRead(client: Client): number {
  const nodes = client.isCluster ? (client as Cluster).nodes('all') : [client as Redis];
  let bytes = 0;
  for (const node of nodes) bytes += (node as { stream?: { bytesRead?: number } }).stream?.bytesRead ?? 0;
  return bytes;
}
