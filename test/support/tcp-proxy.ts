import { once } from 'node:events';
import { Transform } from 'node:stream';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How often a throttled connection passes something on, in milliseconds. */
const TICK = 5;

/** How a client of Redis names its connection. */
const NAMED = /setname\r\n\$\d+\r\n([^\r]+)/i;

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What `CLIENT LIST` shows; empty before the client has said it. */
  name: string;
}

/** Stands between clients and a server on loopback: cuts connections, has them go dead, and leads new ones elsewhere. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private readonly names: string[] = [];
  /** So many of the next connections are dead from the start. */
  private stillborn = 0;
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

  /** How many connections of this name were made so far. */
  made(name: string): number {
    return this.names.filter((one) => one === name).length;
  }

  /** Cuts connections whose name begins so, whatever is on its way. */
  cut(name = ''): void {
    for (const pair of this.named(name)) this.end(pair);
  }

  /**
   * Has connections whose name begins so go dead without a word: both sides still have them, and nothing comes through any
   * more. New connections work. Returns how many there are.
   */
  deaden(name = ''): number {
    const pairs = this.named(name);
    for (const { client, upstream } of pairs) {
      client.unpipe(upstream).resume();
      upstream.unpipe(client).resume();
    }
    return pairs.length;
  }

  /** Has so many of the next connections be dead from the start: made, and nothing comes through. */
  deadenNext(count: number): void {
    this.stillborn = count;
  }

  /** Loses what the server sends over connections whose name begins so; what clients send comes through. Returns how many there are. */
  mute(name = ''): number {
    const pairs = this.named(name);
    for (const { client, upstream } of pairs) upstream.unpipe(client).resume();
    return pairs.length;
  }

  /** Lets so many bytes a second through that the server sends over new connections, each for itself. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Leads new connections to another server; those that are there stay. */
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
    client.on('data', (chunk: Buffer) => this.listenForName(pair, chunk));
    this.stillborn -= 1;
    if (this.stillborn >= 0) return;
    client.pipe(upstream);
    if (this.bytesPerSecond === Infinity) upstream.pipe(client);
    else upstream.pipe(throttled(this.bytesPerSecond)).pipe(client);
  }

  private listenForName(pair: Pair, chunk: Buffer): void {
    const [, name] = (pair.name === '' && NAMED.exec(chunk.toString('latin1'))) || [];
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

/** Passes data on, a few milliseconds' worth at a time. */
function throttled(bytesPerSecond: number): Transform {
  const most = Math.ceil((bytesPerSecond * TICK) / 1_000);
  return new Transform({
    highWaterMark: most,
    transform(chunk: Buffer, _, done): void {
      const passOn = (from: number): void => {
        if (from >= chunk.length) return done();
        this.push(chunk.subarray(from, from + most));
        setTimeout(() => passOn(from + most), TICK);
      };
      passOn(0);
    },
  });
}
