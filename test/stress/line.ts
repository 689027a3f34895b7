import { connect, type Socket } from 'node:net';

/** Which directions of a connection are dead, and whether what was sent meanwhile arrives late. */
export type Fault = 'to-server' | 'to-client' | 'both' | 'late';

/** How long a connection is remembered whose client knows that it is dead and whose server does not, in milliseconds. */
const ZOMBIE_TIME = 20_000;

/** One direction of a connection. */
class Flow {
  private held: Buffer[] | undefined;
  isDead = false;

  constructor(
    from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (bytes: Buffer) => this.pass(bytes));
  }

  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** Keeps what comes until it is released. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const bytes of held) this.pass(bytes);
  }

  private pass(bytes: Buffer): void {
    if (this.isDead) return;
    if (this.held) this.held.push(bytes);
    else if (!this.to.destroyed) this.to.write(bytes);
  }
}

/** A connection of a client through the proxy to the server. */
export class Line {
  /** When its client was left alone with a half-open connection, by `performance.now()`. */
  halfOpenSince: number | undefined;
  isClosedByClient = false;
  isClosedByServer = false;
  private isLate = false;
  private readonly server: Socket;
  private readonly toServer: Flow;
  private readonly toClient: Flow;

  /**
   * @param door through which it came
   * @param onEnd called once, when neither side is connected any more
   */
  constructor(
    private readonly client: Socket,
    target: number,
    readonly door: number,
    private readonly onEnd: (line: Line) => void,
  ) {
    this.server = connect(target, '127.0.0.1');
    this.toServer = new Flow(client, this.server);
    this.toClient = new Flow(this.server, client);
    for (const socket of [client, this.server]) socket.setNoDelay(true).on('error', () => socket.destroy());
    client.on('close', () => this.leaveServer());
    this.server.on('close', () => this.leaveClient());
  }

  /** True while what the client sends waits. */
  get isHeld(): boolean {
    return this.toServer.isHeld;
  }

  /** What the client sends waits. */
  hold(): void {
    this.toServer.hold();
  }

  release(): void {
    if (this.isLate) return; // By its own time.
    this.arrive();
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** Leaves it open and dead for ever. What is late arrives after `delay` milliseconds, also where the client has gone by then. */
  halfOpen(fault: Fault, delay: number): void {
    if (this.halfOpenSince !== undefined) return;
    this.halfOpenSince = performance.now();
    if (fault === 'late') {
      this.isLate = true;
      this.toServer.hold();
      setTimeout(() => this.arrive(), delay).unref();
    }
    if (fault === 'to-server' || fault === 'both') this.toServer.isDead = true;
    if (fault !== 'to-server') this.toClient.isDead = true;
  }

  /** What was held arrives. */
  arrive(): void {
    this.toServer.release();
    if (this.isClosedByClient) this.server.end();
  }

  private leaveServer(): void {
    this.isClosedByClient = true;
    if (this.toServer.isDead) setTimeout(() => this.server.destroy(), ZOMBIE_TIME).unref();
    else if (!this.toServer.isHeld) this.server.end().destroySoon();
    this.noteEnd();
  }

  private leaveClient(): void {
    this.isClosedByServer = true;
    if (!this.toClient.isDead) this.client.destroySoon();
    this.noteEnd();
  }

  private noteEnd(): void {
    if (this.client.destroyed && this.server.destroyed) this.onEnd(this);
  }
}
