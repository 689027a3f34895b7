import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from './random.js';

/** Stands between clients and a server on loopback, and cuts connections. */
export class Proxy {
  /** Connections cut so far. */
  cut = 0;
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client: Socket) => this.connect(client));
  }

  /** @param target the port of the server */
  static async start(target: number): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server, target);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** Cuts so many connections, whatever is on its way. */
  cutSome(count: number, random: Random): void {
    const pairs = [...this.pairs];
    for (const n of random.choose(count, pairs.length)) {
      this.end(pairs[n]!);
      this.cut += 1;
    }
  }

  stop(): void {
    this.server.close();
    for (const pair of this.pairs) this.end(pair);
  }

  private connect(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end(pair));
      socket.on('close', () => this.end(pair));
    }
    client.pipe(upstream);
    upstream.pipe(client);
  }

  private end(pair: readonly [Socket, Socket]): void {
    this.pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
