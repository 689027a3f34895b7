import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HalfOpenMode, ProxyConnection } from './proxy-connection.js';
import type { Random } from './random.js';
import { until } from './until.js';

const HALF_OPEN_MODES: readonly HalfOpenMode[] = ['to-server', 'to-client', 'both', 'late'];

/** A proxy between clients and a server on loopback. Each client has its own port, which identifies its connections. */
export class Proxy {
  /** Number of connections cut so far. */
  cut = 0;
  /** Connections that were made half-open so far. */
  halfOpened: ProxyConnection[] = [];
  private readonly ports: Server[] = [];
  private readonly open = new Set<ProxyConnection>();
  /** Clients that connected while everything is held. */
  private waiting: (() => void)[] | undefined;

  /** @param target the port of the server */
  constructor(public target: number) {}

  /** Connections that are open on at least one side. */
  get connections(): readonly ProxyConnection[] {
    return [...this.open];
  }

  /** Opens one more port and returns its URL. Ports are numbered in the order of these calls, from 0. */
  async openPort(): Promise<string> {
    const port = this.ports.length;
    const server = createServer((client) => this.accept(client, port)).listen(0, '127.0.0.1');
    this.ports.push(server);
    await once(server, 'listening');
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Cuts `count` random connections, with any data in transit. */
  cutSome(count: number, random: Random): void {
    const connections = this.connections;
    for (const n of random.choose(count, connections.length)) this.cutOne(connections[n]!);
  }

  cutAll(): void {
    for (const connection of this.open) this.cutOne(connection);
  }

  /** Cuts all connections of a port repeatedly for `milliseconds`, at random intervals of 0 to 50 ms. */
  async flap(port: number, milliseconds: number, random: Random): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      for (const connection of this.open) if (connection.port === port) this.cutOne(connection);
      await sleep(random.between(0, 50));
    }
  }

  /**
   * Makes `count` random connections half-open: dead in one or both directions, and never closed by the proxy. Some of the
   * data arrives late, after the client has closed the connection.
   *
   * @param options.port only connections of this port. Default: all.
   */
  halfOpen(count: number, random: Random, options: { port?: number; modes?: readonly HalfOpenMode[] } = {}): void {
    const { port, modes = HALF_OPEN_MODES } = options;
    const candidates = this.connections.filter(
      (connection) => connection.halfOpenSince === undefined && (port ?? connection.port) === connection.port,
    );
    for (const n of random.choose(count, candidates.length)) {
      candidates[n]!.halfOpen(random.pick(modes), random.between(2_000, 20_000));
      this.halfOpened.push(candidates[n]!);
    }
  }

  /** Waits until each half-open connection is closed by its client or older than `limit` ms. Returns how many are not closed. */
  async halfOpenKept(limit: number): Promise<number> {
    const kept = (): ProxyConnection[] => this.halfOpened.filter(({ isClosedByClient }) => !isClosedByClient);
    const isOver = (): boolean => kept().every(({ halfOpenSince = 0 }) => performance.now() - halfOpenSince > limit);
    await until(isOver, { description: 'clients have closed half-open connections', timeout: limit * 2 });
    return kept().length;
  }

  /** Buffers data from clients, and delays new connections, until `release()`. */
  hold(): void {
    this.waiting ??= [];
    for (const connection of this.open) connection.hold();
  }

  release(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const connection of this.open) connection.release();
    for (const connect of waiting) connect();
  }

  stop(): void {
    for (const port of this.ports) port.close();
    for (const connection of this.open) connection.cut();
  }

  private cutOne(connection: ProxyConnection): void {
    if (connection.halfOpenSince !== undefined) return; // Its client must not be notified.
    connection.cut();
    this.cut += 1;
  }

  private accept(client: Socket, port: number): void {
    client.on('error', () => client.destroy());
    if (this.waiting) this.waiting.push(() => this.connect(client, port));
    else this.connect(client, port);
  }

  private connect(client: Socket, port: number): void {
    if (client.destroyed) return;
    this.open.add(new ProxyConnection(client, this.target, port, (connection) => this.open.delete(connection)));
  }
}
