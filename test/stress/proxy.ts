import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, Line } from './line.js';
import type { Random } from './random.js';
import { until } from './until.js';

const FAULTS: readonly Fault[] = ['to-server', 'to-client', 'both', 'late'];

/** Stands between clients and a server on loopback. Each client has a door of its own, so that its connections are known. */
export class Proxy {
  /** Connections cut so far. */
  cut = 0;
  /** Connections that were left open and dead so far. */
  halfOpened: Line[] = [];
  private readonly doors: Server[] = [];
  private readonly lines = new Set<Line>();
  /** Those who come while all is held. */
  private waiting: (() => void)[] | undefined;

  /** @param target the port of the server */
  constructor(public target: number) {}

  /** Those that are open, on one side at least. */
  get connections(): readonly Line[] {
    return [...this.lines];
  }

  /** Opens one more door; returns the URL to go to. Its number is that of the doors before. */
  async open(): Promise<string> {
    const door = this.doors.length;
    const server = createServer((client) => this.accept(client, door)).listen(0, '127.0.0.1');
    this.doors.push(server);
    await once(server, 'listening');
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Cuts so many connections, whatever is on its way. */
  cutSome(count: number, random: Random): void {
    const lines = this.connections;
    for (const n of random.choose(count, lines.length)) this.cutOne(lines[n]!);
  }

  cutAll(): void {
    for (const line of this.lines) this.cutOne(line);
  }

  /** For so many milliseconds cuts all connections of a door at random intervals of 0 to 50 ms. */
  async flap(door: number, milliseconds: number, random: Random): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      for (const line of this.lines) if (line.door === door) this.cutOne(line);
      await sleep(random.between(0, 50));
    }
  }

  /**
   * Leaves so many connections half-open: dead in one direction or both, and never closed by us. Some of what was sent
   * arrives late, when its client has given it up.
   *
   * @param options.door those that came through it; default all
   */
  halfOpen(count: number, random: Random, options: { door?: number; faults?: readonly Fault[] } = {}): void {
    const { door, faults = FAULTS } = options;
    const lines = this.connections.filter(
      (line) => line.halfOpenSince === undefined && (door ?? line.door) === line.door,
    );
    for (const n of random.choose(count, lines.length)) {
      lines[n]!.halfOpen(random.pick(faults), random.between(2_000, 20_000));
      this.halfOpened.push(lines[n]!);
    }
  }

  /** How many half-open connections their clients have not given up after so many milliseconds. Waits for that long. */
  async halfOpenKept(limit: number): Promise<number> {
    const kept = (): Line[] => this.halfOpened.filter(({ isClosedByClient }) => !isClosedByClient);
    const isOver = (): boolean => kept().every(({ halfOpenSince = 0 }) => performance.now() - halfOpenSince > limit);
    await until(isOver, { what: 'half-open connections are given up', limit: limit * 2 });
    return kept().length;
  }

  /** What clients send waits until it is released; so do those who connect. */
  hold(): void {
    this.waiting ??= [];
    for (const line of this.lines) line.hold();
  }

  release(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const line of this.lines) line.release();
    for (const enter of waiting) enter();
  }

  stop(): void {
    for (const door of this.doors) door.close();
    for (const line of this.lines) line.cut();
  }

  private cutOne(line: Line): void {
    if (line.halfOpenSince !== undefined) return; // Nobody tells its client.
    line.cut();
    this.cut += 1;
  }

  private accept(client: Socket, door: number): void {
    client.on('error', () => client.destroy());
    if (this.waiting) this.waiting.push(() => this.connect(client, door));
    else this.connect(client, door);
  }

  private connect(client: Socket, door: number): void {
    if (client.destroyed) return;
    this.lines.add(new Line(client, this.target, door, (line) => this.lines.delete(line)));
  }
}
