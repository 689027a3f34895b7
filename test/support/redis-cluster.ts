import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import getPort from 'get-port';
import { type RedisServer, startServer } from './redis-server.js';

const SIZE = 3;
const SLOTS = 16_384;
const STARTUP_TIMEOUT = 20_000;
const POLL_INTERVAL = 50;

/** A Redis Cluster for tests: three masters, no replicas. */
export interface TestCluster {
  /** Give it to a broker, which duplicates it. */
  readonly cluster: Cluster;
  /** A connection to each node, which looks into it past the brokers. */
  readonly nodes: readonly Redis[];
  stop(): Promise<void>;
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
  readonly redis: Redis;
}

/** Starts the nodes, has them meet and shares the slots out; the cluster is whole when this resolves. */
export async function startCluster(): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: SIZE }, startNode));
  await shareSlots(nodes);
  for (const node of nodes) await introduce(node, nodes);
  await whole(nodes);
  const cluster = new Cluster(nodes.map(({ server }) => server.url));
  return {
    cluster,
    nodes: nodes.map(({ redis }) => redis),
    stop: async () => {
      cluster.disconnect();
      for (const { redis } of nodes) redis.disconnect();
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

async function startNode(): Promise<Node> {
  // Left to itself the bus takes the port and ten thousand, which may be taken, or no port at all.
  const busPort = await getPort({ host: '127.0.0.1' });
  const server = await startServer({ 'cluster-enabled': 'yes', 'cluster-port': busPort });
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  return { server, busPort, redis };
}

async function shareSlots(nodes: readonly Node[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [n, { redis }] of nodes.entries()) {
    await redis.cluster('SET-CONFIG-EPOCH', n + 1);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', n * share, Math.min((n + 1) * share, SLOTS) - 1);
  }
}

async function introduce(node: Node, nodes: readonly Node[]): Promise<void> {
  for (const other of nodes) {
    if (other !== node) await node.redis.call('CLUSTER', 'MEET', '127.0.0.1', other.server.port, other.busPort);
  }
}

async function whole(nodes: readonly Node[]): Promise<void> {
  const deadline = performance.now() + STARTUP_TIMEOUT;
  while (!(await Promise.all(nodes.map(({ redis }) => isWhole(redis)))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error(`The cluster was not whole within ${STARTUP_TIMEOUT} ms.`);
    await sleep(POLL_INTERVAL);
  }
}

async function isWhole(redis: Redis): Promise<boolean> {
  const info = String(await redis.call('CLUSTER', 'INFO'));
  const slots = (await redis.call('CLUSTER', 'SLOTS')) as unknown[];
  return info.includes('cluster_state:ok') && slots.length === SIZE;
}
