import { once } from 'node:events';
import { Transform } from 'node:stream';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Interval in milliseconds at which a throttled connection forwards data. */
const THROTTLE_INTERVAL = 5;

/** Matches the CLIENT SETNAME command. */
const SETNAME = /setname\r\n\$\d+\r\n([^\r]+)/i;

/** The two sockets of a connection. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The name as in `CLIENT LIST`; empty before CLIENT SETNAME. */
  name: string;
}

/** A proxy between clients and a server on loopback that can cut, deaden and redirect connections. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private readonly names: string[] = [];
  /** Number of following connections that are dead from the start. */
  private deadOnConnect = 0;
  private bytesPerSecond = Infinity;

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (client: Socket) => this.connect(client));
  }

  /** @param target the port of the server */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Returns the number of connections with this name so far. */
  made(name: string): number {
    return this.names.filter((one) => one === name).length;
  }

  /** Cuts connections by name prefix, with any data in transit. */
  cut(name = ''): void {
    for (const pair of this.named(name)) this.end(pair);
  }

  /**
   * Makes connections half-open by name prefix: they stay open on both sides, but no data passes. New connections work.
   * Returns the number of affected connections.
   */
  deaden(name = ''): number {
    const pairs = this.named(name);
    for (const { client, upstream } of pairs) {
      client.unpipe(upstream).resume();
      upstream.unpipe(client).resume();
    }
    return pairs.length;
  }

  /** Makes the next `count` connections dead from the start: they are accepted, but no data passes. */
  deadenNext(count: number): void {
    this.deadOnConnect = count;
  }

  /** Drops data from the server by name prefix; data from clients passes. Returns the number of affected connections. */
  mute(name = ''): number {
    const pairs = this.named(name);
    for (const { client, upstream } of pairs) upstream.unpipe(client).resume();
    return pairs.length;
  }

  /** Limits data from the server on each new connection to `bytesPerSecond`. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Redirects new connections to another server. Existing connections stay. */
  pointTo(target: number): void {
    this.target = target;
  }

  stop(): void {
    this.server.close();
    this.cut();
  }

  private named(name: string): Pair[] {
    return [...this.pairs].filter((pair) => pair.name.startsWith(name));
  }

  private connect(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const pair: Pair = { client, upstream, name: '' };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end(pair));
      socket.on('close', () => this.end(pair));
    }
    client.on('data', (chunk: Buffer) => this.readName(pair, chunk));
    this.deadOnConnect -= 1;
    if (this.deadOnConnect >= 0) return;
    client.pipe(upstream);
    if (this.bytesPerSecond === Infinity) upstream.pipe(client);
    else upstream.pipe(throttled(this.bytesPerSecond)).pipe(client);
  }

  private readName(pair: Pair, chunk: Buffer): void {
    const [, name] = (pair.name === '' && SETNAME.exec(chunk.toString('latin1'))) || [];
    if (name === undefined) return;
    pair.name = name;
    this.names.push(name);
  }

  private end(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  }
}

/** Forwards data in chunks of a few milliseconds' worth. */
function throttled(bytesPerSecond: number): Transform {
  const chunkSize = Math.ceil((bytesPerSecond * THROTTLE_INTERVAL) / 1_000);
  return new Transform({
    highWaterMark: chunkSize,
    transform(chunk: Buffer, _, done): void {
      const forward = (from: number): void => {
        if (from >= chunk.length) return done();
        this.push(chunk.subarray(from, from + chunkSize));
        setTimeout(() => forward(from + chunkSize), THROTTLE_INTERVAL);
      };
      forward(0);
    },
  });
}
