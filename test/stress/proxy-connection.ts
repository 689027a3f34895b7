import { connect, type Socket } from 'node:net';

/** The dead directions of a half-open connection. With `late`, what the client sends arrives after a delay. */
export type HalfOpenMode = 'to-server' | 'to-client' | 'both' | 'late';

/** How long the server keeps a dead connection after its client has closed it, in milliseconds. */
const SERVER_SIDE_TIMEOUT = 20_000;

/** One direction of a connection. */
class Direction {
  private held: Buffer[] | undefined;
  isDead = false;

  constructor(
    from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (bytes: Buffer) => this.forward(bytes));
  }

  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** Buffers data until `release()`. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const bytes of held) this.forward(bytes);
  }

  private forward(bytes: Buffer): void {
    if (this.isDead) return;
    if (this.held) this.held.push(bytes);
    else if (!this.to.destroyed) this.to.write(bytes);
  }
}

/** A client's connection through the proxy to the server. */
export class ProxyConnection {
  /** When the connection became half-open, by `performance.now()`. */
  halfOpenSince: number | undefined;
  isClosedByClient = false;
  isClosedByServer = false;
  private isLate = false;
  private readonly server: Socket;
  private readonly toServer: Direction;
  private readonly toClient: Direction;

  /**
   * @param port index of the proxy port that the client connected to
   * @param onEnd called once, when both sides are closed
   */
  constructor(
    private readonly client: Socket,
    target: number,
    readonly port: number,
    private readonly onEnd: (connection: ProxyConnection) => void,
  ) {
    this.server = connect(target, '127.0.0.1');
    this.toServer = new Direction(client, this.server);
    this.toClient = new Direction(this.server, client);
    for (const socket of [client, this.server]) socket.setNoDelay(true).on('error', () => socket.destroy());
    client.on('close', () => this.onClientClose());
    this.server.on('close', () => this.onServerClose());
  }

  /** True while data from the client is buffered. */
  get isHeld(): boolean {
    return this.toServer.isHeld;
  }

  /** Buffers data from the client until `release()`. */
  hold(): void {
    this.toServer.hold();
  }

  release(): void {
    if (this.isLate) return; // Its own timer releases it.
    this.deliver();
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** Leaves the connection open but dead. Late data arrives after `delay` milliseconds, even if the client has closed. */
  halfOpen(mode: HalfOpenMode, delay: number): void {
    if (this.halfOpenSince !== undefined) return;
    this.halfOpenSince = performance.now();
    if (mode === 'late') {
      this.isLate = true;
      this.toServer.hold();
      setTimeout(() => this.deliver(), delay).unref();
    }
    if (mode === 'to-server' || mode === 'both') this.toServer.isDead = true;
    if (mode !== 'to-server') this.toClient.isDead = true;
  }

  /** Delivers the buffered data. */
  deliver(): void {
    this.toServer.release();
    if (this.isClosedByClient) this.server.end();
  }

  private onClientClose(): void {
    this.isClosedByClient = true;
    if (this.toServer.isDead) setTimeout(() => this.server.destroy(), SERVER_SIDE_TIMEOUT).unref();
    else if (!this.toServer.isHeld) this.server.end().destroySoon();
    this.checkEnd();
  }

  private onServerClose(): void {
    this.isClosedByServer = true;
    if (!this.toClient.isDead) this.client.destroySoon();
    this.checkEnd();
  }

  private checkEnd(): void {
    if (this.client.destroyed && this.server.destroyed) this.onEnd(this);
  }
}
